-- Cursors of consumers that work in the cursor's own transaction.

-- name: make_cursor
insert into event_cursor (consumer, epoch, txid, number, updated_at)
values ($1, 0, 0, -1, 0)
on conflict do nothing

-- Whoever is not first leaves it to the other.
-- name: lock_cursor
select epoch, txid, number
from event_cursor
where consumer = $1
-- postgres:
for update skip locked

-- name: find_epoch
select epoch from site
