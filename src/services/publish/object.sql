-- Objects. Lists are bound as one JSON text: [{"sha256", "size", "key"}, …] or ["<sha256>", …], sorted by sha256, so that
-- two transactions take their locks in the same order.

-- name: insert_objects
-- sqlite:
insert into object (sha256, size, backend, key, state, created_at)
select value ->> 'sha256', value ->> 'size', $2, value ->> 'key', 'stored', cast($3 as bigint)
from json_each($1)
where true
on conflict (sha256) do nothing
returning sha256
-- postgres:
insert into object (sha256, size, backend, key, state, created_at)
select value ->> 'sha256', cast(value ->> 'size' as bigint), $2, value ->> 'key', 'stored', cast($3 as bigint)
from jsonb_array_elements(cast($1 as jsonb))
on conflict (sha256) do nothing
returning sha256

-- name: lock_objects
-- sqlite:
select sha256, size, backend, key, state
from object
where sha256 in (select value from json_each($1))
order by sha256
-- postgres:
select sha256, size, backend, key, state
from object
where sha256 in (select jsonb_array_elements_text(cast($1 as jsonb)))
order by sha256
for update

-- name: hold_objects
-- sqlite:
select sha256, size
from object
where sha256 in (select value from json_each($1)) and state = 'stored'
order by sha256
-- postgres:
select sha256, size
from object
where sha256 in (select jsonb_array_elements_text(cast($1 as jsonb))) and state = 'stored'
order by sha256
for share

-- name: insert_location
insert into object_location (sha256, backend, key, state, verified_at)
values ($1, $2, $3, 'stored', $4)
on conflict (sha256, backend, key) do update set state = 'stored', verified_at = excluded.verified_at

-- Where the bytes lay that were damaged, missing or about to go; the collector removes what is 'removing'.
-- name: retire_locations
update object_location set state = 'removing' where sha256 = $1 and key <> $2

-- name: replace_object
update object
set size = $2, backend = $3, key = $4, state = 'stored', created_at = $5, unreferenced_at = null
where sha256 = $1
