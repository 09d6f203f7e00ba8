-- Fields that bind nobody any more keep their key and their values.
alter table field_definition add column archived_at bigint;
