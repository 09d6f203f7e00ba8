-- Fixes of what a scan found.

-- name: list_fixable
select number, state, path, expected_path, version_id, file_id, size, sha256, detail
from folder_finding
where scan_id = $1 and number > $2
order by number
limit $3

-- name: insert_fix
insert into folder_fix (id, project_id, scan_id, finding, action, state, path, to_path, aside_path, version_id, detail,
                        created_at, created_by, updated_at)
values ($1, $2, $3, $4, $5, 'planned', $6, $7, $8, $9, $10, $11, $12, $11)
on conflict (scan_id, finding) do update
set action = excluded.action, state = 'planned', path = excluded.path, to_path = excluded.to_path,
    aside_path = excluded.aside_path, version_id = excluded.version_id, detail = excluded.detail,
    updated_at = excluded.updated_at
where folder_fix.state in ('failed', 'undone')

-- name: list_fixes
select id, project_id, scan_id, finding, action, state, path, to_path, aside_path, version_id, detail, created_at,
       created_by, updated_at
from folder_fix
where scan_id = $1
order by finding

-- name: list_aside
select id, scan_id, action, path, aside_path, version_id, updated_at, created_by, cast(null as bigint),
       cast(null as boolean)
from folder_fix
where project_id = $1 and state = 'applied' and aside_path is not null
-- sqlite:
  and (cast($2 as text) = '' or id < $2)
-- postgres:
  and (cast($2 as text) = '' or cast(id as text) < cast($2 as text))
-- both:
order by id desc
limit $3

-- name: list_planned_fixes
select id, project_id, scan_id, finding, action, state, path, to_path, aside_path, version_id, detail, created_at,
       created_by, updated_at
from folder_fix
where scan_id = $1 and state = 'planned'
order by finding

-- name: find_fix
select id, project_id, scan_id, finding, action, state, path, to_path, aside_path, version_id, detail, created_at,
       created_by, updated_at
from folder_fix
where id = $1

-- name: end_fix
update folder_fix
set state = $2, detail = $3, version_id = $4, updated_at = $5
where id = $1

-- Links that were left at the old places of what was moved, and have been there long enough.
-- name: list_old_links
select id, project_id, path, to_path
from folder_fix
where action = 'move' and state = 'applied' and detail = 'link' and updated_at < $1
order by id
limit 500

-- name: note_link_removed
update folder_fix set detail = '' where id = $1

-- name: find_wanted_object
select f.sha256, f.size, o.key, o.state
from folder_finding n
join file f on f.id = n.file_id
left join object o on o.sha256 = f.sha256
where n.scan_id = $1 and n.number = $2
