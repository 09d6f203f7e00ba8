-- Backups that the collector waits for, and what is known of a site that is being copied into this database.

-- While a backup runs, and for as long afterwards as it was asked to be kept, no object goes that was in use when it
-- began.
create table backup (
    id uuid primary key,
    began_at bigint not null,
    finished_at bigint,
    keeps_until bigint not null
);
-- Held by whoever condemns objects, and by a backup that begins.
insert into lock_row (name) values ('collection');

-- At most one row, while a restore or a transfer into this database is unfinished. `source` is what is copied, in which
-- state; `progress` is how far it is.
create table site_copy (
    id integer primary key check (id = 1),
    source text not null,
    progress text not null,
    began_at bigint not null
);
