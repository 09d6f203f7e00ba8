-- name: find_lock
select policy, content, revision, locked_at, locked_by
from shot_lock
where shot_id = $1

-- name: store_lock
insert into shot_lock (shot_id, policy, content, revision, locked_at, locked_by)
values ($1, $2, $3, $4, $5, $6)
on conflict (shot_id) do update
set policy = excluded.policy, content = excluded.content, revision = excluded.revision, locked_at = excluded.locked_at,
    locked_by = excluded.locked_by

-- name: list_lock_versions
select v.id, v.status, v.comment, v.author_id, s.category
from version v
left join workflow_state s on s.code = v.status and s.workflow_id = (select w.id
                                                                     from workflow w
                                                                     where w.entity_kind = 'version' and w.asset_type is null
                                                                       and (w.project_id = v.project_id or w.project_id is null)
                                                                     order by w.project_id is null, w.id
                                                                     limit 1)
where v.id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- name: list_lock_moves
select entity_id, actor_id, at
from event
where action = 'version.transitioned' and entity_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
order by epoch, txid, number
