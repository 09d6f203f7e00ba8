#!/usr/bin/env python3
"""Embeds SQL into the program at build time.

Named queries (one .sql file → one header and one source):

    -- name: find_asset
    select id, code from asset where id = $1
    -- postgres:
    for update
    -- both:
    limit 1

  Each block becomes `extern const database::Query find_asset;` in namespace bifrost::<last folder name>::sql, and all of
  a file are listed in `all_<file>` there. What follows `-- sqlite:` or `-- postgres:` belongs to that database only, what
  follows `-- both:` (and the start of a block) to both. A block that has text for one database only can't be run on the
  other. One statement a block; comments are dropped; parameters are $1, $2 ….

Migrations (a folder of NNNN_name.sql → one source): a table of number, name and the text for each database. Column types
are mapped for SQLite and its tables are STRICT.
"""

import argparse
import pathlib
import re
import sys

DIALECTS = ("sqlite", "postgres")

# Column types of PostgreSQL that may be used, and what SQLite calls them (STRICT allows only its own five names).
SQLITE_TYPES = {
    "uuid": "text", "jsonb": "text", "json": "text", "text": "text", "bigint": "integer", "integer": "integer",
    "smallint": "integer", "boolean": "integer", "double precision": "real", "real": "real", "bytea": "blob",
}

CPP_WORDS = set("""alignas alignof and asm auto bool break case catch char class concept const continue decltype default
delete do double else enum explicit export extern false float for friend goto if inline int long mutable namespace new
noexcept not nullptr operator or private protected public register requires return short signed sizeof static struct
switch template this throw true try typedef typeid typename union unsigned using virtual void volatile wchar_t while
xor""".split())

TOKEN = re.compile(r"""
      (?P<space>\s+)
    | (?P<comment>--[^\n]*|/\*.*?\*/)
    | (?P<string>[eE]?'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*")
    | (?P<dollar>\$[A-Za-z_]*\$)
    | (?P<parameter>\$[0-9]+)
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<number>[0-9][0-9A-Za-z_.]*)
    | (?P<cast>::)
    | (?P<other>.)
""", re.VERBOSE | re.DOTALL)

MARKER = re.compile(r"^\s*--\s*([A-Za-z_]+)\s*:\s*(.*?)\s*$")


class Mistake(Exception):
    """What is wrong in a .sql file, with the file and the line."""

    def __init__(self, path, line, text):
        super().__init__(f"{path}:{line}: {text}")


def tokens_of(path, line, text):
    """[(kind, text, line)] of SQL; the kinds are the groups of TOKEN."""
    result = []
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        kind, piece = match.lastgroup, match.group()
        if kind == "other" and piece in "'\"":
            raise Mistake(path, line, f"a {piece} isn't closed")
        if kind == "other" and text.startswith("/*", position):
            raise Mistake(path, line, "a /* comment isn't closed")
        if kind == "dollar":
            end = text.find(piece, match.end())
            if end < 0:
                raise Mistake(path, line, f"{piece} isn't closed")
            piece = text[position:end + len(piece)]
        result.append((kind, piece, line))
        line += piece.count("\n")
        position += len(piece)
    return result


def written(tokens):
    """The text of tokens without comments, blank lines and trailing spaces."""
    text = "".join(" " if kind == "comment" else piece for kind, piece, _ in tokens)
    if any("\n" in piece for kind, piece, _ in tokens if kind in ("string", "quoted", "dollar")):
        return text.strip()  # lines inside a literal are not ours to touch
    lines = (line.rstrip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line).strip()


def segments_of(path, lines):
    """Splits [(line number, line)] at the dialect markers: [(dialects, first line, text)]."""
    segments = [(DIALECTS, lines[0][0] if lines else 0, [])]
    for number, line in lines:
        match = MARKER.match(line)
        if match and not match.group(2):
            marker = match.group(1)
            if marker != "both" and marker not in DIALECTS:
                raise Mistake(path, number, f"unknown marker '{marker}:'; there are sqlite:, postgres:, both: and name:")
            segments.append((DIALECTS if marker == "both" else (marker,), number + 1, []))
        else:
            segments[-1][2].append(line)
    return [(dialects, line, "\n".join(text) + "\n") for dialects, line, text in segments]


# Queries ---------------------------------------------------------------------------------------------------------------

def check_portable(path, name, tokens):
    """Refuses what the two databases read differently, in text that is for both."""
    significant = [token for token in tokens if token[0] not in ("space", "comment")]
    for index, (kind, piece, line) in enumerate(significant):
        following = significant[index + 1][1] if index + 1 < len(significant) else ""
        if kind == "cast":
            raise Mistake(path, line, f"{name}: write cast(x as type); SQLite has no x::type")
        if kind == "word" and piece.lower() in ("lower", "upper") and following == "(":
            raise Mistake(path, line, f"{name}: {piece}() knows only ASCII in SQLite; fold in C++ into a key column")


def check_statement(path, line, name, dialect, tokens):
    """One statement, numbered parameters without a gap."""
    numbers = set()
    significant = [token for token in tokens if token[0] not in ("space", "comment")]
    while significant and significant[-1][1] == ";":
        significant.pop()
    for kind, piece, at in significant:
        if piece == ";" and kind == "other":
            raise Mistake(path, at, f"{name}: a block holds one statement")
        if piece == "?" and kind == "other" and dialect == "sqlite":
            raise Mistake(path, at, f"{name}: parameters are written $1, $2 …")
        if kind == "parameter":
            numbers.add(int(piece[1:]))
    if 0 in numbers:
        raise Mistake(path, line, f"{name}: parameters count from $1")
    if dialect == "postgres" and numbers and numbers != set(range(1, max(numbers) + 1)):
        raise Mistake(path, line, f"{name}: PostgreSQL can't tell the type of a parameter that is not used; "
                                  f"it uses {', '.join(f'${number}' for number in sorted(numbers))}")


def query_of(path, name, line, lines):
    texts = {dialect: [] for dialect in DIALECTS}
    for dialects, first, text in segments_of(path, lines):
        tokens = tokens_of(path, first, text)
        if len(dialects) == len(DIALECTS):
            check_portable(path, name, tokens)
        for dialect in dialects:
            texts[dialect] += tokens
    query = {"name": name}
    for dialect in DIALECTS:
        check_statement(path, line, name, dialect, texts[dialect])
        query[dialect] = written(texts[dialect]).rstrip("; \n")
    if not query["sqlite"] and not query["postgres"]:
        raise Mistake(path, line, f"{name}: the block is empty")
    return query


def blocks_of(path):
    """[(name, line of the name, [(line number, line)])] of a file."""
    blocks = []
    names = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        match = MARKER.match(line)
        if match and match.group(1) == "name":
            name = match.group(2)
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in CPP_WORDS or name == f"all_{path.stem}":
                raise Mistake(path, number, f"'{name}' can't be the name of a query; use snake_case and no word of C++")
            if name in names:
                raise Mistake(path, number, f"'{name}' stands already in line {names[name]}")
            names[name] = number
            blocks.append((name, number, []))
        elif blocks:
            blocks[-1][2].append((number, line))
        elif line.strip() and not line.strip().startswith("--"):
            raise Mistake(path, number, "text before the first '-- name:'")
    return blocks


def queries_of(path):
    blocks = blocks_of(path)
    own = {name: line for name, line, _ in blocks}
    for other in sorted(path.parent.glob("*.sql")):
        # Both would be one symbol, and an archive would silently take the first.
        if other.name != path.name:
            for name, line, _ in blocks_of(other):
                if name in own:
                    raise Mistake(path, own[name], f"'{name}' stands already in {other.name}:{line}")
    return [query_of(path, *block) for block in blocks]


# Migrations ------------------------------------------------------------------------------------------------------------

TABLE_CONSTRAINTS = {"primary", "unique", "check", "foreign", "constraint", "exclude", "like"}


def significant_from(tokens, index):
    """The index of the first token at or after `index` that is neither space nor comment."""
    while index < len(tokens) and tokens[index][0] in ("space", "comment"):
        index += 1
    return index


def word_at(tokens, index):
    return tokens[index][1].lower() if index < len(tokens) and tokens[index][0] == "word" else ""


def skip_words(tokens, index, words):
    """The index behind `words`, when they stand there, else None."""
    for word in words:
        index = significant_from(tokens, index)
        if word_at(tokens, index) != word:
            return None
        index += 1
    return significant_from(tokens, index)


def map_type(path, tokens, index):
    """Maps the column type that begins at `index`."""
    name = word_at(tokens, index)
    line = tokens[index][2] if index < len(tokens) else 0
    if name == "double":
        after = skip_words(tokens, index, ("double", "precision"))
        if after is None:
            raise Mistake(path, line, "'double' is not a type; write double precision")
        second = significant_from(tokens, index + 1)
        tokens[index] = ("word", SQLITE_TYPES["double precision"], line)
        del tokens[index + 1:second + 1]
        return
    if name not in SQLITE_TYPES:
        raise Mistake(path, line, f"'{tokens[index][1]}' is no column type that both databases know; there are "
                                  f"{', '.join(sorted(SQLITE_TYPES))}, or write -- sqlite: and -- postgres: blocks")
    tokens[index] = ("word", SQLITE_TYPES[name], line)


def map_table(path, tokens, index):
    """Maps the columns of `create table`, whose name stands at `index`, and makes it STRICT."""
    while index < len(tokens) and tokens[index][1] != "(":
        index += 1
    depth, item_starts = 0, False
    while index < len(tokens):
        kind, piece, line = tokens[index]
        if piece == "(" and kind == "other":
            depth += 1
            item_starts = item_starts or depth == 1
        elif piece == ")" and kind == "other":
            depth -= 1
            if depth == 0:
                break
        elif piece == "," and depth == 1:
            item_starts = True
        elif item_starts and kind in ("word", "quoted"):
            item_starts = False
            if piece.lower() not in TABLE_CONSTRAINTS:
                map_type(path, tokens, significant_from(tokens, index + 1))
        index += 1
    if index >= len(tokens):
        raise Mistake(path, tokens[-1][2], "a create table isn't closed")
    after = significant_from(tokens, index + 1)
    end = after
    while end < len(tokens) and tokens[end][1] != ";":
        end += 1
    strict = " strict" if end == after else ", strict"
    tokens.insert(end if end > after else index + 1, ("word", strict, tokens[index][2]))


def map_for_sqlite(path, tokens):
    """Maps column types in create table and in alter table … add column; touches nothing else."""
    starts, index = True, 0
    while index < len(tokens):
        kind, piece, _ = tokens[index]
        if kind in ("space", "comment"):
            index += 1
            continue
        if starts and word_at(tokens, index) == "create":
            name = skip_words(tokens, index, ("create", "table"))
            if name is not None:
                map_table(path, tokens, skip_words(tokens, name, ("if", "not", "exists")) or name)
        if starts and word_at(tokens, index) == "alter":
            name = skip_words(tokens, index, ("alter", "table"))
            column = skip_words(tokens, name + 1, ("add", "column")) if name is not None else None
            if column is not None:
                map_type(path, tokens, significant_from(tokens, column + 1))
        starts = piece == ";"
        index += 1
    return tokens


def migration_of(path):
    match = re.fullmatch(r"([0-9]{4})_([a-z][a-z0-9_]*)", path.stem)
    if not match:
        raise Mistake(path, 1, "a migration is called NNNN_name.sql")
    lines = list(enumerate(path.read_text(encoding="utf-8").split("\n"), 1))
    texts = {dialect: [] for dialect in DIALECTS}
    for dialects, first, text in segments_of(path, lines):
        for dialect in dialects:
            texts[dialect] += tokens_of(path, first, text)
    return {"number": int(match.group(1)), "name": match.group(2),
            "sqlite": written(map_for_sqlite(path, texts["sqlite"])), "postgres": written(texts["postgres"])}


def migrations_of(folder):
    migrations = [migration_of(path) for path in sorted(folder.glob("*.sql"))]
    # Numbers are handed out before the work on them is done: they may leave gaps for good, but none stands twice.
    for before, migration in zip(migrations, migrations[1:]):
        if migration["number"] == before["number"]:
            raise Mistake(folder, 0, f"migration {migration['number']:04} stands twice")
    return migrations


# C++ -------------------------------------------------------------------------------------------------------------------

def literal(text):
    assert ')sql"' not in text
    return f'R"sql({text})sql"'


def literals(item):
    """The text for each database; written once when they are the same."""
    return ",\n     ".join(literal(item[dialect]) for dialect in DIALECTS)


def header_of(namespace, stem, queries):
    names = "\n".join(f"extern const database::Query {query['name']};" for query in queries)
    return f"""#pragma once
// Made by tools/sql_embed.py.
#include <span>

#include "database/query.hpp"

namespace {namespace} {{
{names}
/// Every query of the file.
extern const std::span<const database::Query> all_{stem};
}} // namespace {namespace}
"""


def source_of(folder, namespace, stem, queries):
    items = ",\n".join(f'    {{"{query["name"]}",\n     {literals(query)}}}' for query in queries)
    names = "\n".join(f"constinit const database::Query {query['name']} = texts_{stem}[{index}];"
                      for index, query in enumerate(queries))
    array = (f"namespace {{\nconstexpr database::Query texts_{stem}[] = {{\n{items}}};\n}} // namespace\n{names}\n"
             f"constinit const std::span<const database::Query> all_{stem} = texts_{stem};") if queries else \
        f"constinit const std::span<const database::Query> all_{stem}{{}};"
    return f"""// Made by tools/sql_embed.py.
#include "{folder}/{stem}.sql.hpp"

namespace {namespace} {{
{array}
}} // namespace {namespace}
"""


def migrations_source_of(migrations):
    items = ",\n".join(f'    {{{item["number"]}, "{item["name"]}",\n     {literals(item)}}}' for item in migrations)
    return f"""// Made by tools/sql_embed.py.
#include "database/migration_text.hpp"

namespace bifrost::database {{
namespace {{
constexpr MigrationText migration_texts[] = {{
{items}}};
}} // namespace
constinit const std::span<const MigrationText> all_migrations = migration_texts;
}} // namespace bifrost::database
"""


def write(path, text):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", help="the folder under src/ that the queries belong to")
    parser.add_argument("--input", type=pathlib.Path, help="a file of named queries")
    parser.add_argument("--header")
    parser.add_argument("--migrations", type=pathlib.Path, help="a folder of migrations")
    parser.add_argument("--source", required=True)
    arguments = parser.parse_args()
    try:
        if arguments.migrations:
            write(arguments.source, migrations_source_of(migrations_of(arguments.migrations)))
            return 0
        if not (arguments.folder and arguments.input and arguments.header):
            parser.error("queries need --folder, --input and --header")
        queries = queries_of(arguments.input)
        stem = arguments.input.stem
        namespace = f"bifrost::{arguments.folder.rstrip('/').split('/')[-1]}::sql"
        write(arguments.header, header_of(namespace, stem, queries))
        write(arguments.source, source_of(arguments.folder, namespace, stem, queries))
    except Mistake as mistake:
        print(mistake, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
