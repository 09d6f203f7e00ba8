"""The real program on a folder of its own, with SQLite or with PostgreSQL, and a PostgreSQL server to test with."""

import json
import os
import pathlib
import pwd
import queue
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = pathlib.Path(os.environ.get("BIFROST_BIN", ROOT / "build" / "release" / "bifrost"))
POSTGRES_FOLDERS = ["/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/17/bin"]


def postgres_program(name):
    for folder in POSTGRES_FOLDERS:
        if os.path.exists(f"{folder}/{name}"):
            return f"{folder}/{name}"
    found = shutil.which(name)
    if found is None:
        raise RuntimeError(f"the tests need PostgreSQL's {name} (Debian: postgresql-15)")
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PostgresServer:
    """A server in a temporary folder, or the one that BIFROST_TEST_POSTGRES_URL names (a database that may create others)."""

    def __init__(self, own=False):
        self.folder = None
        self.url = None if own else os.environ.get("BIFROST_TEST_POSTGRES_URL")
        if self.url is None:
            self._start()

    def _command(self, *words):
        # PostgreSQL refuses to run as root; its Debian package brings a user.
        if os.geteuid() == 0:
            return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *words]
        return list(words)

    def _run(self, *words):
        done = subprocess.run(self._command(*words), cwd="/", capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise RuntimeError(f"{words[0]} failed: {done.stdout}{done.stderr}")

    def _make_folder(self):
        self.folder = tempfile.mkdtemp(prefix="bifrost-postgres-")
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)

    def replica(self):
        """A streaming replica of this server, as it is now."""
        other = PostgresServer.__new__(PostgresServer)
        other._make_folder()
        self._run(postgres_program("pg_basebackup"), "-d", self.url, "-D", f"{other.folder}/data", "-R", "-X", "stream", "-c", "fast", "--no-sync")
        other._serve()
        return other

    def sql(self, text):
        done = subprocess.run(["psql", "-X", "-At", "-d", self.url, "-c", text], capture_output=True, text=True, timeout=60, check=True)
        return done.stdout.strip()

    def _start(self):
        self._make_folder()
        self._run(postgres_program("initdb"), "-D", f"{self.folder}/data", "-U", "bifrost", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        self._serve()

    def _serve(self):
        port = free_port()
        data = f"{self.folder}/data"
        options = f"-p {port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=200"
        self._run(postgres_program("pg_ctl"), "-D", data, "-w", "-l", f"{self.folder}/log", "-o", options, "start")
        self.url = f"postgresql://bifrost@127.0.0.1:{port}/postgres"

    def new_database(self):
        name = "contract_" + uuid.uuid4().hex[:12]
        done = subprocess.run(
            ["psql", "-X", "-q", "-d", self.url, "-c", f"create database {name}"], capture_output=True, text=True, timeout=60
        )
        if done.returncode != 0:
            raise RuntimeError(f"creating a database failed: {done.stderr}")
        head, _, _ = self.url.partition("?")
        return head.rsplit("/", 1)[0] + "/" + name

    def stop(self):
        if self.folder is None:
            return
        self._run(postgres_program("pg_ctl"), "-D", f"{self.folder}/data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder)


class Site:
    """A running `bifrost serve`."""

    def __init__(self, database_url=None, options=(), environment=None):
        if not PROGRAM.exists():
            raise RuntimeError(f"{PROGRAM} is not there: build it (./dev build) or set BIFROST_BIN")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bifrost-contract-"))
        self.data = self.folder / "data"
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith(("BIFROST_", "DATABASE_URL"))}
        if database_url is not None:
            self.environment["DATABASE_URL"] = database_url
            # With PostgreSQL a server has no shared file system unless it is told.
            (self.folder / "projects").mkdir()
            self.environment["PROJECTS_ROOT"] = str(self.folder / "projects")
        self.environment.update(environment or {})
        self.lines = []
        self._seen = queue.Queue()
        self._log = open(self.folder / "log", "w+b")
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--data", self.data, "--port", "0", "--host", "127.0.0.1", *options],
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=self.environment,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()
        self.url = self._wait_until_listening()
        self.token = self.run("token", "create", "--user", "owner", "--name", "ci")["token"]

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            self._seen.put(line.rstrip("\n"))
        self._seen.put(None)

    def _wait_until_listening(self):
        while True:
            try:
                line = self._seen.get(timeout=60)
            except queue.Empty:
                line = None
            if line is None:
                raise RuntimeError(f"the program did not begin to listen:\n{self.log()}")
            if line.startswith("listening on "):
                return line.removeprefix("listening on ").strip().rstrip("/")

    def log(self):
        return "\n".join(self.lines) + "\n" + (self.folder / "log").read_text(errors="replace")[-20_000:]

    def run(self, *words):
        """An administrative command beside the server; its JSON."""
        command = [PROGRAM, *words, "--data", self.data, "--output", "json"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise RuntimeError(f"bifrost {' '.join(words)} failed: {done.stderr}")
        return json.loads(done.stdout)

    def stop(self):
        """SIGTERM drains; the program has to end with 0."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise RuntimeError(f"the program did not drain:\n{self.log()}") from None
        log = self.log()
        self._log.close()
        shutil.rmtree(self.folder)
        if code != 0:
            raise RuntimeError(f"the program ended with {code}:\n{log}")


def routes():
    """The program's route table: [{method, pattern, operation_id}]."""
    done = subprocess.run([PROGRAM, "routes", "--output", "json"], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"bifrost routes failed: {done.stderr}")
    return json.loads(done.stdout)
