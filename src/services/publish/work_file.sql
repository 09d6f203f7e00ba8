-- Work files. The columns come in the order of WorkFile.

-- name: list_work_files
select w.id, s.owner_id, s.code, w.number, w.path, w.application, w.author_id, w.comment, w.size, w.modified_at,
       w.created_at
from work_file w
join work_series s on s.id = w.series_id
where s.owner_id = $1 and (cast($2 as text) = '' or s.code = $2)
order by s.code, w.number desc
limit 1000

-- name: make_series
insert into work_series (id, owner_id, code, last_number)
values ($1, $2, $3, 0)
on conflict (owner_id, code) do nothing

-- The row is locked until the transaction ends: the next caller waits for it and goes on from there.
-- name: take_number
update work_series
set last_number = last_number + 1
where owner_id = $1 and code = $2
returning id, last_number

-- name: insert_work_file
insert into work_file (id, series_id, project_id, number, path, application, author_id, comment, size, modified_at,
                       created_at, revision)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)
