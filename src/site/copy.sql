-- The state of an unfinished copying, and what tells whether a database is empty.

-- name: find_copy
select source, progress from site_copy

-- name: insert_copy
insert into site_copy (id, source, progress, began_at) values (1, $1, $2, $3)

-- name: save_progress
update site_copy set progress = $1

-- name: delete_copy
delete from site_copy

-- name: has_site
select (select count(*) from site) + (select count(*) from user_account)

-- name: find_source_site
select epoch, signing_key from site

-- Whether anybody else is connected to this database.
-- name: count_others
-- sqlite:
select 0
-- postgres:
select count(*) from pg_stat_activity
where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
