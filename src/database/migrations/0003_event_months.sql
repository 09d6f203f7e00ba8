-- PostgreSQL: the event log in monthly partitions, named event_YYYY_MM by the month (UTC) of `at`. Those of this month and
-- the next two stand ready; a recurring job makes further ones. Rows of a month that has none go to event_rest, and are
-- moved when it is made. Why moved: a month can't be attached while the default partition holds rows of it.
-- postgres:

-- Makes the month that a time (microseconds) lies in; its name, or null when it is there (attached or not). Readers and
-- writers of event_rest wait meanwhile; those of the other months don't.
create function make_event_month(moment bigint) returns text
language plpgsql
set lock_timeout = '2s'
as $$
declare
    month constant timestamp := date_trunc('month', to_timestamp(moment / 1000000.0) at time zone 'UTC');
    first constant bigint := cast(extract(epoch from month) * 1000000 as bigint);
    past constant bigint := cast(extract(epoch from month + interval '1 month') * 1000000 as bigint);
    name constant text := 'event_' || to_char(month, 'YYYY_MM');
begin
    if to_regclass(name) is not null then
        return null;
    end if;
    lock table event_rest in access exclusive mode;
    if to_regclass(name) is not null then
        return null;
    end if;
    execute format('create table %I (like event including defaults)', name);
    execute format('with moved as (delete from event_rest where at >= %s and at < %s returning *) '
                   'insert into %I select * from moved', first, past, name);
    execute format('alter table event attach partition %I for values from (%s) to (%s)', name, first, past);
    return name;
end
$$;

select make_event_month(cast(extract(epoch from date_trunc('month', now() at time zone 'UTC') + ahead * interval '1 month')
                             * 1000000 as bigint))
from generate_series(0, 2) as ahead;
