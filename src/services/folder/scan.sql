-- Scans of the shared file system.

-- name: list_published_versions
select v.id
from entity e
join version v on v.id = e.id
where e.project_id = $1 and e.kind = 'version' and v.state = 'published'

-- The files of these versions (a JSON list of ids), with what their bytes were found to be.
-- name: list_expected_files
select f.version_id, f.id, f.path, f.size, f.sha256, r.name, k.size, k.modified_ns, k.inode, k.sha256
-- sqlite:
from json_each($1) wanted
join file f on f.version_id = wanted.value
-- postgres:
from jsonb_array_elements_text(cast($1 as jsonb)) wanted(value)
join file f on f.version_id = cast(wanted.value as uuid)
-- both:
join representation r on r.id = f.representation_id
left join folder_file k on k.file_id = f.id

-- What has folders of its own, with what it hangs under.
-- name: list_owners
select id, coalesce(parent_id, project_id), code, kind
from entity
where project_id = $1 and kind in ('episode', 'sequence', 'shot', 'asset')

-- name: put_known_file
insert into folder_file (file_id, size, modified_ns, inode, sha256, checked_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (file_id) do update
set size = excluded.size, modified_ns = excluded.modified_ns, inode = excluded.inode, sha256 = excluded.sha256,
    checked_at = excluded.checked_at

-- name: insert_scan
insert into folder_scan (id, project_id, job_id, options, counts, created_at, created_by, finished_at)
values ($1, $2, $3, $4, null, $5, $6, null)

-- name: find_scan
select id, project_id, job_id, options, counts, created_at, created_by, finished_at
from folder_scan
where id = $1

-- name: find_scan_of_job
select id, project_id, job_id, options, counts, created_at, created_by, finished_at
from folder_scan
where job_id = $1

-- name: list_scans
select id, project_id, job_id, options, counts, created_at, created_by, finished_at
from folder_scan
where project_id = $1
order by created_at desc, id desc
limit 100

-- name: find_last_scan
select id, finished_at
from folder_scan
where project_id = $1 and finished_at is not null
order by created_at desc, id desc
limit 1

-- How much was found in and below folders: [[number, "<folder>"], …]. '0' comes right behind '/'.
-- name: count_drift
-- sqlite:
select w.value ->> 0, f.state, count(*)
from json_each($2) w
join folder_finding f on f.scan_id = $1 and f.path >= w.value ->> 1 and f.path < (w.value ->> 1) || '0'
where f.path = w.value ->> 1 or substr(f.path, length(w.value ->> 1) + 1, 1) = '/'
group by w.value ->> 0, f.state
-- postgres:
select cast(w.value ->> 0 as bigint), f.state, count(*)
from jsonb_array_elements(cast($2 as jsonb)) w(value)
join folder_finding f on f.scan_id = $1 and f.path >= w.value ->> 1 and f.path < (w.value ->> 1) || '0'
where f.path = w.value ->> 1 or substr(f.path, length(w.value ->> 1) + 1, 1) = '/'
group by 1, 2
-- both:

-- name: finish_scan
update folder_scan set counts = $2, finished_at = $3 where id = $1

-- name: delete_findings
delete from folder_finding where scan_id = $1

-- name: insert_finding
insert into folder_finding (scan_id, number, state, path, expected_path, version_id, file_id, size, sha256, detail)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- name: list_findings
select number, state, path, expected_path, version_id, file_id, size, sha256, detail
from folder_finding
where scan_id = $1 and (cast($2 as text) = '' or state = $2) and number > $3
order by number
limit $4

-- name: find_finding
select number, state, path, expected_path, version_id, file_id, size, sha256, detail
from folder_finding
where scan_id = $1 and number = $2
