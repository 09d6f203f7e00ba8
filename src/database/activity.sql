-- What PostgreSQL says of itself, for the metrics.

-- name: find_activity
-- postgres:
select (select count(*) from pg_stat_activity where datname = current_database()),
       cast(current_setting('max_connections') as bigint),
       (select count(*) from pg_locks where not granted),
       d.xact_commit, d.xact_rollback, d.blks_hit, d.blks_read, d.deadlocks, d.temp_bytes,
       pg_database_size(current_database()),
       coalesce((select cast(extract(epoch from max(clock_timestamp() - xact_start)) as bigint)
                 from pg_stat_activity where datname = current_database() and backend_type = 'client backend'), 0),
       a.failed_count,
       cast(coalesce(extract(epoch from clock_timestamp() - a.last_archived_time), 0) as bigint),
       case current_setting('archive_mode') when 'off' then 0 else 1 end
from pg_stat_database d cross join pg_stat_archiver a
where d.datname = current_database()

-- Another user's are seen with pg_monitor only.
-- name: count_standbys
-- postgres:
select count(*) from pg_stat_replication where application_name not like 'pg_basebackup%'
