-- Casting. The columns come in the order of Role.

-- name: find_casting_list
select e.project_id, c.revision, e.archived_at
from casting_list c
join entity e on e.id = c.owner_id
where c.owner_id = $1 and e.kind = $2

-- name: lock_casting_list
-- sqlite:
select e.project_id, c.revision, e.archived_at
from casting_list c
join entity e on e.id = c.owner_id
where c.owner_id = $1 and e.kind = $2
-- postgres:
select e.project_id, c.revision, e.archived_at
from casting_list c
join entity e on e.id = c.owner_id
where c.owner_id = $1 and e.kind = $2
for no key update of c

-- name: list_roles
select id, asset_id, occurrences, label, overrides, pins
from casting
where owner_id = $1
order by sort_order, id

-- name: list_cast_assets
select e.id, e.project_id, p.kind, e.archived_at
from asset a
join entity e on e.id = a.id
join project p on p.id = e.project_id
where a.id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- name: delete_roles
delete from casting
where owner_id = $1

-- name: insert_role
insert into casting (id, owner_id, project_id, asset_id, occurrences, label, overrides, pins, sort_order)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: set_casting_revision
update casting_list
set revision = $2
where owner_id = $1
