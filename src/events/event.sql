-- The event log. Positions are (epoch, txid, number); see domain.md and docs/decisions.

-- name: next_transaction
-- sqlite:
select site.epoch, coalesce((select max(event.txid) from event where event.epoch = site.epoch), 0) + 1
from site
-- postgres:
select site.epoch, pg_current_xact_id()::text::bigint
from site

-- name: newest_position
select epoch, txid, number
from event
order by epoch desc, txid desc, number desc
limit 1

-- name: append_event
insert into event (epoch, txid, number, at, change_set, actor_id, action, project_id, entity_kind, entity_id, patch,
                   request_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)

-- What every reader may see: in PostgreSQL nothing of a transaction that is still running or came after one that is.
-- name: horizon
-- sqlite:
select epoch, 9223372036854775807 from site
-- postgres:
select epoch, pg_snapshot_xmin(pg_current_snapshot())::text::bigint from site
