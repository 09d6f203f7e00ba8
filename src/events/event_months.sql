-- The monthly partitions of the log; PostgreSQL only (migration 0003).

-- name: make_event_month
-- postgres:
select make_event_month(cast($1 as bigint))

-- The time of an event that lies outside of every month, at or behind a time.
-- name: find_stray_event
-- postgres:
select min(at) from event_rest where at >= cast($1 as bigint)
