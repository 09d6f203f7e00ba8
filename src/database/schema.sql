-- What migrations keep about themselves. The table is made before the first migration and is none itself.

-- name: create_schema_migration
create table if not exists schema_migration (
-- sqlite:
    number integer primary key,
    name text not null,
    checksum text not null,
    applied_at integer not null
) strict
-- postgres:
    number bigint primary key,
    name text not null,
    checksum text not null,
    applied_at bigint not null
)

-- name: find_schema_migration_table
-- sqlite:
select 1 from sqlite_schema where type = 'table' and name = 'schema_migration'
-- postgres:
select 1 where to_regclass('schema_migration') is not null

-- name: list_schema_migrations
select number, name, checksum, applied_at from schema_migration order by number

-- name: insert_schema_migration
insert into schema_migration (number, name, checksum, applied_at) values ($1, $2, $3, $4)
