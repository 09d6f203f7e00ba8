-- Addresses.

-- From each entity up to its project: one row a level, the top first.
-- name: list_ancestry
with recursive up(origin, id, parent_id, kind, code, project_id, depth) as (
    select e.id, e.id, e.parent_id, e.kind, e.code, e.project_id, 0
    from entity e
    where e.id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
    )
    union all
    select up.origin, p.id, p.parent_id, p.kind, p.code, p.project_id, up.depth + 1
    from up
    join entity p on p.id = up.parent_id
)
select up.origin, up.id, up.kind, up.code, up.project_id, v.number, v.state, v.author_id
from up
left join version v on v.id = up.id
order by up.origin, up.depth desc

-- From an entity down along codes ($2: a JSON list): one row a level that is there.
-- name: walk_codes
-- sqlite:
with recursive segment(position, code) as (
    select key, value from json_each($2)
), walk(id, depth) as (
    select id, 0 from entity where id = $1
    union all
    select e.id, walk.depth + 1
    from walk
    join segment s on s.position = walk.depth
    join entity e on e.parent_id = walk.id and e.code = s.code
)
select e.id, e.kind, e.project_id from walk join entity e on e.id = walk.id order by walk.depth
-- postgres:
with recursive segment(position, code) as (
    select cast(s.ordinality - 1 as integer), s.value
    from jsonb_array_elements_text(cast($2 as jsonb)) with ordinality s(value, ordinality)
), walk(id, depth) as (
    select id, 0 from entity where id = $1
    union all
    select e.id, walk.depth + 1
    from walk
    join segment s on s.position = walk.depth
    join entity e on e.parent_id = walk.id and e.code = s.code collate "C"
)
select e.id, e.kind, e.project_id from walk join entity e on e.id = walk.id order by walk.depth

-- name: find_project_of_code
select id from entity where kind = 'project' and code = $1

-- name: find_kind
select id, kind, project_id from entity where id = $1

-- name: find_numbered_version
select v.id
from version v
where v.product_id = $1 and v.number = $2 and (v.state = 'published' or v.author_id = $3)

-- name: find_latest_version
select v.id
from version v
join entity e on e.id = v.id
where v.product_id = $1 and v.state = 'published' and e.archived_at is null
order by v.number desc
limit 1

-- Approved is what stands in a `done` state of the workflow that applies to it.
-- name: find_approved_version
select v.id
from version v
join entity e on e.id = v.id
join workflow_state s on s.code = v.status and s.category = 'done'
where v.product_id = $1 and v.state = 'published' and e.archived_at is null
  and s.workflow_id = (select w.id
                       from workflow w
                       where w.entity_kind = 'version' and w.asset_type is null
                         and (w.project_id = v.project_id or w.project_id is null)
                       order by w.project_id is null, w.id
                       limit 1)
order by v.number desc
limit 1
