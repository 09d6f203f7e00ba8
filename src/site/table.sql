-- What is in the database: tables with their columns and keys, and which table refers to which.

-- name: list_columns
-- sqlite:
select m.name, c.name, lower(c.type), c.pk
from sqlite_schema m
join pragma_table_info(m.name) c
where m.type = 'table' and m.name not like 'sqlite\_%' escape '\' and m.name not like 'search\_%' escape '\'
order by m.name, c.cid
-- postgres:
select c.relname, a.attname, format_type(a.atttypid, -1), coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0)
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_index i on i.indrelid = c.oid and i.indisprimary
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  and c.relname not like 'search\_%'
order by c.relname collate "C", a.attnum

-- name: list_references
-- sqlite:
select m.name, f."table", f."from"
from sqlite_schema m
join pragma_foreign_key_list(m.name) f
where m.type = 'table'
order by m.name, f.id
-- postgres:
select c.conrelid::regclass::text, c.confrelid::regclass::text, a.attname
from pg_constraint c
join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
where c.contype = 'f' and c.conparentid = 0 and c.connamespace = current_schema()::regnamespace
order by 1, 2, 3
