"""The real program from both sides: a site on SQLite in a temporary folder, and the command line that talks to it."""

import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = os.environ.get("BIFROST_BIN", str(ROOT / "build/release/bifrost"))


class Server:
    """`bifrost serve` in a folder of its own, until stop()."""

    def __init__(self, folder, **settings):
        self.environment = {**os.environ, **settings}
        self.data = folder / "data"
        self.log = folder / "serve.log"
        made = subprocess.run(
            [BIN, "token", "create", "--data", self.data, "--user", "owner", "--name", "ci", "--output", "json"],
            capture_output=True, text=True, timeout=60, env=self.environment,
        )
        assert made.returncode == 0, made.stderr
        self.token = json.loads(made.stdout)["token"]
        self.start()

    def start(self):
        log = open(self.log, "ab")
        self.process = subprocess.Popen(
            [BIN, "serve", "--data", self.data, "--port", "0", "--host", "127.0.0.1"],
            stdout=subprocess.PIPE, stderr=log, text=True, env=self.environment,
        )
        for line in self.process.stdout:
            found = re.search(r"listening on (http://\S+)", line)
            if found:
                self.url = found.group(1).rstrip("/")
                # Whoever stops reading a pipe stops its writer in the end.
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return
        raise AssertionError("serve ended: " + self.log.read_text()[-2000:])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=30) == 0, self.log.read_text()[-2000:]


class Outcome:
    def __init__(self, completed):
        self.code = completed.returncode
        self.out = completed.stdout
        self.err = completed.stderr

    @property
    def json(self):
        return json.loads(self.out)


class Cli:
    """Runs `bifrost` as one user with a home, a cache and a project of their own."""

    def __init__(self, server, home, project):
        self.home = home
        self.project = project
        # Nothing of the surroundings (a site, a proxy, a cache) may change a test.
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8",
            "BIFROST_URL": server.url, "BIFROST_TOKEN": server.token, "BIFROST_PROJECT": project,
        }

    def command(self, *arguments):
        return [BIN, *map(str, arguments)]

    def run(self, *arguments, expect=0, timeout=120, stdin=None, **environment):
        completed = subprocess.run(
            self.command(*arguments), env={**self.environment, **environment}, cwd=self.home,
            capture_output=True, text=True, timeout=timeout, input=stdin if stdin is not None else "",
        )
        outcome = Outcome(completed)
        if expect is not None:
            assert outcome.code == expect, f"bifrost {' '.join(map(str, arguments))} → {outcome.code}\n{outcome.out[-2000:]}\n{outcome.err[-2000:]}"
        return outcome

    def json(self, *arguments, **options):
        return self.run(*arguments, "--output", "json", **options).json

    def start(self, *arguments, **environment):
        return subprocess.Popen(
            self.command(*arguments), env={**self.environment, **environment}, cwd=self.home,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("site"))
    yield running
    running.stop()


@pytest.fixture
def cli(server, tmp_path, request):
    """A client in an empty project."""
    code = re.sub(r"[^a-z0-9]+", "_", request.node.name.lower()).strip("_")[:50] + f"_{time.monotonic_ns() % 10**9}"
    home = tmp_path / "home"
    home.mkdir()
    client = Cli(server, home, code)
    client.run("project", "create", code)
    return client
