-- name: find_cursor
select epoch, txid, number
from event_cursor
where consumer = $1

-- name: save_cursor
insert into event_cursor (consumer, epoch, txid, number, updated_at)
values ($1, $2, $3, $4, $5)
on conflict (consumer) do update
set epoch = excluded.epoch, txid = excluded.txid, number = excluded.number, updated_at = excluded.updated_at
