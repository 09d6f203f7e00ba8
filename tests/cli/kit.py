"""What the tests of the command line share."""

import contextlib
import hashlib
import os
import pathlib
import sqlite3
import time


def noise(size):
    """Bytes that no compression and no other test has."""
    return os.urandom(size)


def query(server, sql, *values):
    """The first row of a query on the site's database, read beside the running server."""
    with contextlib.closing(sqlite3.connect(f"file:{server.data / 'bifrost.db'}?mode=ro", uri=True)) as database:
        database.create_collation("C", lambda a, b: (a > b) - (a < b))
        return database.execute(sql, values).fetchone()


def write(path, content):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def hashes(folder):
    """sha256 by relative path of every file below a folder."""
    folder = pathlib.Path(folder)
    return {str(path.relative_to(folder)): sha256(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.005)
    raise AssertionError("waited in vain")
