-- name: find_project
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at, e.code, e.label,
       p.name, p.kind, p.status, p.fps, p.resolution_width, p.resolution_height, p.colour_space, p.start_date, p.end_date,
       p.settings
from project p
join entity e on e.id = p.id
where p.id = $1

-- name: find_project_by_code
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at, e.code, e.label,
       p.name, p.kind, p.status, p.fps, p.resolution_width, p.resolution_height, p.colour_space, p.start_date, p.end_date,
       p.settings
from entity e
join project p on p.id = e.id
where e.kind = 'project' and e.code = $1

-- name: insert_project
insert into project (id, name, name_key, kind, status, fps, resolution_width, resolution_height, colour_space, start_date,
                     end_date, settings)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)

-- name: update_project
update project
set name = $2, name_key = $3, kind = $4, status = $5, fps = $6, resolution_width = $7, resolution_height = $8,
    colour_space = $9, start_date = $10, end_date = $11, settings = $12
where id = $1

-- name: count_entities
select kind, count(*)
from entity
where project_id = $1 and archived_at is null
group by kind

-- name: count_assets
select a.status, a.type, count(*)
from asset a
join entity e on e.id = a.id
where a.project_id = $1 and e.archived_at is null
group by a.status, a.type

-- name: sum_versions
select cast(coalesce(sum(v.file_count), 0) as bigint), cast(coalesce(sum(v.total_size), 0) as bigint)
from version v
where v.project_id = $1 and v.state = 'published'

-- name: find_user
select id, code, name
from user_account
where code = $1 and is_active

-- name: find_user_by_id
select id, code, name
from user_account
where id = $1 and is_active

-- name: list_members
select m.user_id, u.code, u.name, m.role, m.created_at, m.created_by
from membership m
join user_account u on u.id = m.user_id
where m.project_id = $1
order by u.code

-- name: find_member
select m.user_id, u.code, u.name, m.role, m.created_at, m.created_by
from membership m
join user_account u on u.id = m.user_id
where m.project_id = $1 and m.user_id = $2

-- name: put_member
insert into membership (project_id, user_id, role, created_at, created_by)
values ($1, $2, $3, $4, $5)
on conflict (project_id, user_id) do update set role = excluded.role

-- name: delete_member
delete from membership
where project_id = $1 and user_id = $2
