-- The register of backups. What the collector asks of it stands in services/publish/collect.sql.

-- name: lock_collection
-- sqlite:
select name from lock_row where name = 'collection'
-- postgres:
select name from lock_row where name = 'collection' for update

-- name: insert_backup
insert into backup (id, began_at, keeps_until) values ($1, $2, $3)

-- name: extend_backup
update backup set keeps_until = $2 where id = $1

-- name: finish_backup
update backup set finished_at = $2, keeps_until = $2 where id = $1

-- name: list_applied
select number from schema_migration order by number
