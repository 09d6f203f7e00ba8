-- Objects by when their bytes were last read. $1: backend, $2: read before then, $3, $4: behind this one.

-- name: list_oldest_read
select o.sha256, o.key, o.size, o.state, coalesce(l.verified_at, 0)
from object o
left join object_location l on l.sha256 = o.sha256 and l.backend = o.backend and l.key = o.key
where o.backend = $1 and o.state <> 'removing' and coalesce(l.verified_at, 0) < $2
  and (coalesce(l.verified_at, 0), o.sha256) > ($3, $4)
order by coalesce(l.verified_at, 0), o.sha256
limit 500

-- name: count_unread
select count(*), coalesce(sum(o.size), 0)
from object o
left join object_location l on l.sha256 = o.sha256 and l.backend = o.backend and l.key = o.key
where o.backend = $1 and o.state <> 'removing' and coalesce(l.verified_at, 0) < $2

-- name: set_read
insert into object_location (sha256, backend, key, state, verified_at)
select sha256, backend, key, 'stored', cast($3 as bigint) from object where sha256 = $1 and key = $2
on conflict (sha256, backend, key) do update set verified_at = excluded.verified_at

-- Unless its bytes were replaced meanwhile. $1: sha256, $2: key, $3: the state found.
-- name: set_found_state
update object set state = $3
where sha256 = $1 and key = $2 and state in ('stored', 'damaged', 'missing') and state <> $3

-- name: list_bad
select o.sha256, o.state, o.key, o.size, (select count(*) from file f where f.sha256 = o.sha256),
-- sqlite:
       coalesce((select 'version ' || f.version_id || ' ' || f.path from file f where f.sha256 = o.sha256 limit 1), '')
-- postgres:
       coalesce((select 'version ' || cast(f.version_id as text) || ' ' || f.path from file f where f.sha256 = o.sha256 limit 1), '')
-- both:
from object o
where o.state in ('damaged', 'missing')
order by o.sha256
