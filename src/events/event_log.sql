-- name: last_settled
-- sqlite:
select epoch, txid, number
from event
order by epoch desc, txid desc, number desc
limit 1
-- postgres:
select event.epoch, event.txid, event.number
from event
where event.epoch < (select epoch from site) or event.txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
order by event.epoch desc, event.txid desc, event.number desc
limit 1

-- name: find_cursor
select epoch, txid, number
from event_cursor
where consumer = $1

-- name: save_cursor
insert into event_cursor (consumer, epoch, txid, number, updated_at)
values ($1, $2, $3, $4, $5)
on conflict (consumer) do update
set epoch = excluded.epoch, txid = excluded.txid, number = excluded.number, updated_at = excluded.updated_at
