-- name: delete_old_answers
delete from idempotency
where (actor_id, route, key) in (
    select actor_id, route, key from idempotency where created_at <= $1 order by created_at limit $2
)

-- name: delete_expired_sessions
delete from session
where id in (select id from session where expires_at < $1 order by expires_at limit $2)

-- name: delete_expired_links
delete from sign_in_link
where token_hash in (select token_hash from sign_in_link where expires_at < $1 order by expires_at limit $2)
