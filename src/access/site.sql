-- name: find_site
select name, epoch, signing_key
from site

-- name: find_unfinished_copy
select began_at from site_copy

-- name: insert_site
insert into site (id, name, epoch, signing_key, created_at)
values (1, 'Bifrost', $1, $2, $3)
on conflict (id) do nothing

-- name: insert_owner
insert into user_account (id, code, name, site_role, is_active, created_at, updated_at, revision)
values ($1, 'owner', 'Owner', 'owner', $2, $3, $3, 1)

-- name: find_new_owner
select id
from user_account
where code = 'owner' and password_hash is null and is_active

-- name: database_clock
-- sqlite:
select cast((julianday('now') - 2440587.5) * 86400000000.0 as integer)
-- postgres:
select cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)
