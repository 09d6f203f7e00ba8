-- What is asked about the primary and its replicas, and where a commit stands in the log.

-- name: look_at_primary
-- postgres:
select cast(pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0') as bigint),
       cast(cast(pg_snapshot_xmin(pg_current_snapshot()) as text) as bigint),
       cast(cast(pg_snapshot_xmax(pg_current_snapshot()) as text) as bigint)
where not pg_is_in_recovery()

-- No row when it is no replica (any more).
-- name: look_at_replica
-- postgres:
select cast(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') as bigint)
where pg_is_in_recovery()

-- Behind the transaction that this session has just committed. Without flushing at COMMIT its record may not be flushed
-- yet; with it, what is flushed is what replicas are sent at once.
-- name: commit_position
-- postgres:
select cast(pg_wal_lsn_diff(case current_setting('synchronous_commit')
                                when 'off' then pg_current_wal_insert_lsn()
                                else pg_current_wal_flush_lsn()
                            end, '0/0') as bigint)
