"""What tools/sql_embed.py accepts, refuses and makes of SQL."""

import importlib.util
import pathlib
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "tools" / "sql_embed.py"
SPEC = importlib.util.spec_from_file_location("sql_embed", SCRIPT)
sql_embed = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(sql_embed)


class Folder(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)

    def file(self, text, name="asset.sql"):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def queries(self, text):
        return sql_embed.queries_of(self.file(text))

    def migration(self, text):
        return sql_embed.migration_of(self.file(text, "0001_first.sql"))

    def assert_refused(self, text, because):
        with self.assertRaisesRegex(sql_embed.Mistake, because):
            self.queries(text)


class QueriesTest(Folder):
    def test_a_block_is_one_statement_for_both_databases(self):
        [query] = self.queries("-- about\n-- name: find_x\nselect 1 -- why\n  from t\n where a = $1;\n")
        self.assertEqual(query["name"], "find_x")
        self.assertEqual(query["sqlite"], "select 1\n  from t\n where a = $1")
        self.assertEqual(query["sqlite"], query["postgres"])

    def test_dialect_blocks_belong_to_one_database(self):
        [query] = self.queries("-- name: lock_x\nselect 1\n-- postgres:\nfor update\n-- both:\nlimit 1\n")
        self.assertEqual(query["sqlite"], "select 1\nlimit 1")
        self.assertEqual(query["postgres"], "select 1\nfor update\nlimit 1")

    def test_a_query_may_be_for_one_database_only(self):
        [query] = self.queries("-- name: notify\n-- postgres:\nselect pg_notify('x', $1::text)\n")
        self.assertEqual(query["sqlite"], "")

    def test_marks_inside_of_literals_are_not_ours(self):
        [query] = self.queries("-- name: odd\nselect '-- not; a comment', \"a;b\", 'it''s' from t\n")
        self.assertEqual(query["sqlite"], "select '-- not; a comment', \"a;b\", 'it''s' from t")

    def test_what_is_refused(self):
        self.assert_refused("select 1\n", "before the first")
        self.assert_refused("-- name: find_x\n", "empty")
        self.assert_refused("-- name: find x\nselect 1\n", "can't be the name")
        self.assert_refused("-- name: delete\nselect 1\n", "can't be the name")
        self.assert_refused("-- name: all_asset\nselect 1\n", "can't be the name")
        self.assert_refused("-- name: a\nselect 1\n-- name: a\nselect 2\n", "stands already in line 1")
        self.assert_refused("-- name: a\nselect 1; select 2\n", "one statement")
        self.assert_refused("-- name: a\n-- sqllite:\nselect 1\n", "unknown marker")
        self.assert_refused("-- name: a\nselect x::text from t\n", "cast")
        self.assert_refused("-- name: a\nselect lower(x) from t\n", "ASCII")
        self.assert_refused("-- name: a\nselect $1, $3\n", "not used")
        self.assert_refused("-- name: a\nselect ?\n", r"\$1")
        self.assert_refused("-- name: a\nselect 'x\n", "isn't closed")

    def test_a_name_can_not_stand_in_two_files_of_a_room(self):
        self.file("-- name: find_x\nselect 1\n", "other.sql")
        self.assert_refused("-- name: find_x\nselect 2\n", "other.sql:1")

    def test_the_mistake_tells_the_line(self):
        self.assert_refused("-- name: a\nselect 1\n\n-- name: b\nselect\n x::text\n", r"asset\.sql:6")


class MigrationsTest(Folder):
    def test_types_are_mapped_and_tables_are_strict(self):
        made = self.migration("create table a (\n  id uuid primary key,\n  n bigint not null,\n  ok boolean,\n"
                              "  x double precision,\n  j jsonb,\n  c text collate \"C\",\n  unique (n, ok)\n);\n")
        self.assertEqual(made["sqlite"], "create table a (\n  id text primary key,\n  n integer not null,\n"
                                         "  ok integer,\n  x real,\n  j text,\n  c text collate \"C\",\n"
                                         "  unique (n, ok)\n) strict;")
        self.assertIn("x double precision", made["postgres"])

    def test_only_types_are_mapped(self):
        made = self.migration("create table t (uuid text default 'bigint', \"boolean\" uuid,\n"
                              "  n bigint check (n in (1, 2)), -- jsonb, uuid\n  json integer);\n"
                              "create index uuid_index on t (uuid);\nalter table t add column jsonb jsonb;\n"
                              "create virtual table v using fts5 (uuid, boolean);\n")
        self.assertEqual(made["sqlite"], "create table t (uuid text default 'bigint', \"boolean\" text,\n"
                                         "  n integer check (n in (1, 2)),\n  json integer) strict;\n"
                                         "create index uuid_index on t (uuid);\nalter table t add column jsonb text;\n"
                                         "create virtual table v using fts5 (uuid, boolean);")

    def test_options_of_a_table_stay(self):
        made = self.migration("-- sqlite:\ncreate table if not exists t (a uuid primary key) without rowid;\n")
        self.assertEqual(made["sqlite"], "create table if not exists t (a text primary key) without rowid, strict;")
        self.assertEqual(made["postgres"], "")

    def test_a_type_that_only_one_database_has_is_refused(self):
        with self.assertRaisesRegex(sql_embed.Mistake, "timestamptz"):
            self.migration("create table t (a timestamptz);\n")

    def test_no_number_stands_twice(self):
        self.file("select 1;", "0001_one.sql")
        self.file("select 1;", "0001_again.sql")
        with self.assertRaisesRegex(sql_embed.Mistake, "0001 stands twice"):
            sql_embed.migrations_of(self.folder)
        self.file("select 1;", "2_two.sql")
        with self.assertRaisesRegex(sql_embed.Mistake, "NNNN_name.sql"):
            sql_embed.migrations_of(self.folder)


if __name__ == "__main__":
    unittest.main()
