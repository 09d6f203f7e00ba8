"""What the tests of the command line share."""

import contextlib
import hashlib
import os
import pathlib
import socket
import sqlite3
import threading
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


class Brake:
    """A line to a server that stands still when so many bytes went up, until it is released."""

    def __init__(self, url, most):
        host, port = url.removeprefix("http://").split(":")
        self.server = (host, int(port))
        self.left = most
        self.lock = threading.Lock()
        self.held = threading.Event()
        self.released = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def release(self):
        self.released.set()

    def close(self):
        self.release()
        self.listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(self.server)
                threading.Thread(target=self._pass, args=(client, server, True), daemon=True).start()
                threading.Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def _pass(self, source, target, upwards):
        with contextlib.suppress(OSError):  # one side is gone
            while data := source.recv(65536):
                if upwards:
                    with self.lock:
                        self.left -= len(data)
                    if self.left < 0:
                        self.held.set()
                        self.released.wait()
                target.sendall(data)
        for side in (source, target):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
