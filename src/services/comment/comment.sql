-- Comments. The columns come in the order of Comment; reactions are read apart.

-- name: find_comment
select c.id, c.entity_id, e.kind, c.project_id, c.reply_to_id, c.author_id, c.text, c.html, c.frame, c.drawing, c.mentions,
       c.resolved_at, c.resolved_by, c.removed_at, c.created_at, c.updated_at, c.revision, '[]'
from comment c
join entity e on e.id = c.entity_id
where c.id = $1

-- name: lock_comment
select c.id, c.entity_id, e.kind, c.project_id, c.reply_to_id, c.author_id, c.text, c.html, c.frame, c.drawing, c.mentions,
       c.resolved_at, c.resolved_by, c.removed_at, c.created_at, c.updated_at, c.revision, '[]'
from comment c
join entity e on e.id = c.entity_id
where c.id = $1
-- postgres:
for no key update of c

-- name: insert_comment
insert into comment (id, entity_id, project_id, reply_to_id, author_id, text, html, frame, drawing, mentions, created_at,
                     updated_at, revision)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 1)

-- name: update_comment
update comment
set text = $2, html = $3, frame = $4, drawing = $5, mentions = $6, resolved_at = $7, resolved_by = $8, removed_at = $9,
    updated_at = $10, revision = $11
where id = $1

-- What decides whether an entity may be commented on.
-- name: find_subject
select e.kind, e.project_id, e.archived_at, v.state, v.author_id
from entity e
left join version v on v.id = e.id
where e.id = $1

-- name: find_user
select u.id, u.site_role, m.role
from user_account u
left join membership m on m.user_id = u.id and m.project_id = $2
where u.code = $1 and u.is_active

-- name: list_reactions
select r.comment_id, r.emoji, r.user_id
from comment_reaction r
where r.comment_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
order by r.comment_id, r.emoji, r.created_at, r.user_id

-- name: insert_reaction
insert into comment_reaction (comment_id, user_id, emoji, created_at)
values ($1, $2, $3, $4)
on conflict do nothing

-- name: delete_reaction
delete from comment_reaction
where comment_id = $1 and user_id = $2 and emoji = $3

-- name: count_reactions
select count(*) from comment_reaction where comment_id = $1
