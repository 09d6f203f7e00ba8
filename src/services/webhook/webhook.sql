-- Webhooks and their deliveries.

-- name: find_webhook
select id, project_id, name, url, events, state, disabled_reason, owner_id, old_secret_until, failures, created_at, created_by,
       updated_at, updated_by, revision
from webhook
where id = $1

-- name: lock_webhook
select id, project_id, name, url, events, state, disabled_reason, owner_id, old_secret_until, failures, created_at, created_by,
       updated_at, updated_by, revision
from webhook
where id = $1
-- postgres:
for update

-- name: insert_webhook
insert into webhook (id, project_id, name, url, events, secret, state, owner_id, scopes, epoch, txid, number, failures, hold_until,
                     lease_until, created_at, created_by, updated_at, updated_by, revision)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, 0, $13, $14, $13, $14, 1)

-- name: update_webhook
update webhook
set name = $2, url = $3, events = $4, state = $5, disabled_reason = $6, updated_at = $7, updated_by = $8, revision = $9
where id = $1

-- What went wrong is forgotten, and what has happened meanwhile too.
-- name: begin_anew
update webhook
set epoch = $2, txid = $3, number = $4, failures = 0, hold_until = 0
where id = $1

-- name: drop_waiting
update webhook_delivery
set state = 'failed', next_at = null, finished_at = $2, error = $3
where webhook_id = $1 and state = 'waiting'

-- name: delete_webhook
delete from webhook
where id = $1

-- name: set_secret
update webhook
set old_secret = case when cast($3 as bigint) is null then null else secret end, secret = $2, old_secret_until = $3, updated_at = $4, updated_by = $5,
    revision = revision + 1
where id = $1

-- name: is_usable
select 1
from webhook
where id = $1 and (project_id = $2 or project_id is null)

-- Taking in the log.

-- name: list_behind
select id
from webhook
where state = 'enabled' and (epoch, txid, number) < ($1, $2, $3)
order by id

-- Whoever is not first leaves it to the other.
-- name: lock_cursor
select project_id, events, epoch, txid, number
from webhook
where id = $1 and state = 'enabled'
-- postgres:
for update skip locked

-- name: insert_delivery
insert into webhook_delivery (id, webhook_id, epoch, txid, number, action, payload, state, attempts, step, next_at, created_at)
values ($1, $2, $3, $4, $5, $6, $7, 'waiting', 0, 0, $8, $8)
on conflict do nothing

-- name: save_cursor
update webhook
set epoch = $2, txid = $3, number = $4
where id = $1

-- Delivering.

-- name: find_due
select w.id, w.lease_until
from webhook w
where w.state = 'enabled' and w.lease_until <= $1 and w.hold_until <= $1
  and exists (select 1 from webhook_delivery d where d.webhook_id = w.id and d.state = 'waiting' and d.next_at <= $1)
order by w.lease_until, w.id
limit 4

-- name: take_lease
update webhook
set lease_until = $3
where id = $1 and lease_until = $2

-- What the next attempt takes: the hook as it is now, and its delivery that is due first.
-- name: find_next
select w.url, w.secret, w.old_secret, w.old_secret_until, w.owner_id, w.scopes, w.project_id, w.failures, d.id, d.epoch, d.txid,
       d.number, d.action, d.payload, d.attempts, d.step, d.created_at
from webhook w
join webhook_delivery d on d.webhook_id = w.id
where w.id = $1 and w.state = 'enabled' and w.lease_until = $2 and w.hold_until <= $3 and d.state = 'waiting' and d.next_at <= $3
order by d.next_at, d.epoch, d.txid, d.number, d.id
limit 1

-- name: find_event
select epoch, txid, number, at, change_set, actor_id, action, project_id, entity_kind, entity_id, patch, request_id
from event
where epoch = $1 and txid = $2 and number = $3

-- name: delete_delivery
delete from webhook_delivery
where id = $1

-- name: insert_attempt
insert into webhook_attempt (delivery_id, number, at, duration_ms, status, error, answer)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict do nothing

-- name: note_outcome
update webhook_delivery
set state = $2, attempts = $3, step = $4, next_at = $5, status = $6, error = $7, finished_at = $8
where id = $1

-- The lease is the fence: who lost it changes nothing.
-- name: note_call
update webhook
set failures = $3, hold_until = $4, lease_until = $5
where id = $1 and lease_until = $2

-- name: disable
update webhook
set state = 'disabled', disabled_reason = $2, updated_at = $3, updated_by = null, revision = revision + 1
where id = $1 and state = 'enabled'

-- Looking at deliveries.

-- name: find_delivery
select id, webhook_id, action, state, attempts, status, error, next_at, created_at, finished_at, epoch, txid, number
from webhook_delivery
where id = $1 and webhook_id = $2

-- name: list_attempts
select number, at, duration_ms, status, error, answer
from webhook_attempt
where delivery_id = $1
order by number desc
limit 100

-- name: send_again
update webhook_delivery
set state = 'waiting', step = 0, next_at = $2, finished_at = null
where id = $1

-- name: delete_old_deliveries
delete from webhook_delivery
where id in (select id from webhook_delivery where state <> 'waiting' and finished_at < $1 order by finished_at limit $2)
