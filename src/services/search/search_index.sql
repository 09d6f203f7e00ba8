-- What the index reads and writes. It knows the tables of the entities, not their services: it hears of changes through
-- events only.

-- name: make_cursor
insert into event_cursor (consumer, epoch, txid, number, updated_at)
values ($1, 0, 0, 0, 0)
on conflict (consumer) do nothing

-- name: lock_cursor
select epoch, txid, number
from event_cursor
where consumer = $1
-- postgres:
for update skip locked

-- name: find_epoch
select epoch
from site

-- In SQLite the words lie in full-text tables beside search_document, which are told what goes and what comes (triggers
-- may not write virtual tables while the schema isn't trusted). In PostgreSQL they are a column.
-- name: forget_words
-- sqlite:
insert into search_words (search_words, rowid, code_words, name_words, content_words)
select 'delete', number, code_words, name_words, content_words
from search_document
where entity_id = $1

-- name: index_words
-- sqlite:
insert into search_words (rowid, code_words, name_words, content_words)
select number, code_words, name_words, content_words
from search_document
where entity_id = $1

-- name: forget_words_of_orphans
-- sqlite:
insert into search_words (search_words, rowid, code_words, name_words, content_words)
select 'delete', number, code_words, name_words, content_words
from search_document
where project_id = $1 and not exists (select 1 from entity e where e.id = search_document.entity_id)

-- name: find_last_term
-- sqlite:
select coalesce(max(number), 0)
from search_term

-- name: index_terms
-- sqlite:
insert into search_trigrams (rowid, term)
select number, term
from search_term
where number > $1

-- name: upsert_document
-- sqlite:
insert into search_document (entity_id, project_id, kind, type, status, code, name, content, code_words, name_words,
                             content_words)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (entity_id) do update
set project_id = excluded.project_id, kind = excluded.kind, type = excluded.type, status = excluded.status,
    code = excluded.code, name = excluded.name, content = excluded.content, code_words = excluded.code_words,
    name_words = excluded.name_words, content_words = excluded.content_words
-- postgres:
insert into search_document (entity_id, project_id, kind, type, status, code, name, content, code_words, name_words,
                             content_words, words)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, cast($12 as tsvector))
on conflict (entity_id) do update
set project_id = excluded.project_id, kind = excluded.kind, type = excluded.type, status = excluded.status,
    code = excluded.code, name = excluded.name, content = excluded.content, code_words = excluded.code_words,
    name_words = excluded.name_words, content_words = excluded.content_words, words = excluded.words

-- name: delete_document
delete from search_document
where entity_id = $1

-- After a purge: what went with an entity has no event of its own.
-- name: delete_orphans
delete from search_document
where project_id = $1 and not exists (select 1 from entity e where e.id = search_document.entity_id)

-- name: insert_term
insert into search_term (term)
values ($1)
on conflict (term) do nothing

-- `updated_at` is the time of the newest event that was taken in: what changed later is not in the index yet.
-- name: save_position
update event_cursor
set epoch = $2, txid = $3, number = $4, updated_at = $5
where consumer = $1
