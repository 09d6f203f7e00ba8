-- Departments, task types and templates. The columns come in the order of the structs in catalog.hpp.

-- name: find_department
select c.id, c.created_at, c.created_by, c.updated_at, c.updated_by, c.revision, c.archived_at,
       c.code, c.name, c.colour, c.sort_order
from department c
where c.id = $1

-- name: lock_department
select c.id, c.created_at, c.created_by, c.updated_at, c.updated_by, c.revision, c.archived_at,
       c.code, c.name, c.colour, c.sort_order
from department c
where c.id = $1
-- postgres:
for no key update of c

-- name: find_task_type
select c.id, c.created_at, c.created_by, c.updated_at, c.updated_by, c.revision, c.archived_at,
       c.project_id, c.code, c.name, c.colour, c.department_id, d.code, c.applies_to, c.depends_on, c.sort_order
from task_type c
left join department d on d.id = c.department_id
where c.id = $1

-- name: lock_task_type
select c.id, c.created_at, c.created_by, c.updated_at, c.updated_by, c.revision, c.archived_at,
       c.project_id, c.code, c.name, c.colour, c.department_id, d.code, c.applies_to, c.depends_on, c.sort_order
from task_type c
left join department d on d.id = c.department_id
where c.id = $1
-- postgres:
for no key update of c

-- name: find_task_template
select c.id, c.created_at, c.created_by, c.updated_at, c.updated_by, c.revision, c.archived_at,
       c.project_id, c.code, c.name, c.entity_kind, c.asset_type, c.items
from task_template c
where c.id = $1

-- name: lock_task_template
select c.id, c.created_at, c.created_by, c.updated_at, c.updated_by, c.revision, c.archived_at,
       c.project_id, c.code, c.name, c.entity_kind, c.asset_type, c.items
from task_template c
where c.id = $1
-- postgres:
for no key update of c

-- name: insert_department
insert into department (id, created_at, created_by, updated_at, updated_by, revision, archived_at, code, name, colour, sort_order)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

-- name: update_department
update department
set updated_at = $2, updated_by = $3, revision = $4, archived_at = $5, code = $6, name = $7, colour = $8, sort_order = $9
where id = $1

-- name: insert_task_type
insert into task_type (id, created_at, created_by, updated_at, updated_by, revision, archived_at, project_id, code, name, colour,
                       department_id, applies_to, depends_on, sort_order)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)

-- name: update_task_type
update task_type
set updated_at = $2, updated_by = $3, revision = $4, archived_at = $5, code = $6, name = $7, colour = $8, department_id = $9,
    applies_to = $10, depends_on = $11, sort_order = $12
where id = $1

-- name: insert_task_template
insert into task_template (id, created_at, created_by, updated_at, updated_by, revision, archived_at, project_id, code, name,
                           entity_kind, asset_type, items)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)

-- name: update_task_template
update task_template
set updated_at = $2, updated_by = $3, revision = $4, archived_at = $5, code = $6, name = $7, asset_type = $8, items = $9
where id = $1

-- name: find_department_by_code
select id, code
from department
where code = $1 and archived_at is null


-- name: list_usable_types
select c.id, c.created_at, c.created_by, c.updated_at, c.updated_by, c.revision, c.archived_at,
       c.project_id, c.code, c.name, c.colour, c.department_id, d.code, c.applies_to, c.depends_on, c.sort_order
from task_type c
left join department d on d.id = c.department_id
where c.archived_at is null and (c.project_id = $1 or c.project_id is null)
order by c.project_id is null, c.sort_order, c.code
