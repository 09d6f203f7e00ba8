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

-- Many events in one statement: $7 is a JSON list of [number, action, project_id, entity_kind, entity_id, patch].
-- name: append_events
insert into event (epoch, txid, number, at, change_set, actor_id, action, project_id, entity_kind, entity_id, patch,
                   request_id)
-- sqlite:
select $1, $2, json_extract(value, '$[0]'), $3, $4, $5, json_extract(value, '$[1]'), json_extract(value, '$[2]'),
       json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]'), $6
from json_each($7)
-- postgres:
select $1, $2, cast(value ->> 0 as bigint), $3, $4, $5, value ->> 1, cast(value ->> 2 as uuid),
       value ->> 3, cast(value ->> 4 as uuid), value ->> 5, $6
from jsonb_array_elements(cast($7 as jsonb))
-- both:

-- What every reader may see: in PostgreSQL nothing of a transaction that is still running or came after one that is.
-- name: horizon
-- sqlite:
select epoch, 9223372036854775807 from site
-- postgres:
select epoch, pg_snapshot_xmin(pg_current_snapshot())::text::bigint from site
