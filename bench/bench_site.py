"""A running site for a benchmark: the release program on SQLite or PostgreSQL, and what it costs."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ.get("BIFROST_BIN", ROOT / "build/release/bifrost"))
POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def folder(prefix="bifrost-bench-"):
    path = pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir=os.environ.get("BIFROST_BENCH_DIR", "/var/tmp")))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


class Postgres:
    """PostgreSQL 15 with its shipped durability, in a folder of its own."""

    def __init__(self, base: pathlib.Path):
        self.base, self.port = base, free_port()
        self.url = f"postgresql://bifrost@127.0.0.1:{self.port}/bifrost"
        prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
        if prefix:
            shutil.chown(base, "postgres", "postgres")
        run = lambda *command: subprocess.run([*prefix, *map(str, command)], check=True, capture_output=True, cwd="/")
        run(POSTGRES / "initdb", "-D", base / "data", "-U", "bifrost", "-A", "trust")
        self.server = subprocess.Popen([*prefix, str(POSTGRES / "postgres"), "-D", str(base / "data"), "-p", str(self.port), "-k", str(base),
                                        "-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=256MB"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        for _ in range(200):
            if subprocess.run([POSTGRES / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "bifrost", "postgres", "-c", "create database bifrost"],
                              capture_output=True).returncode == 0:
                return
            time.sleep(0.1)
        raise RuntimeError("PostgreSQL did not start")

    def pgbench(self, script: pathlib.Path, clients=16, seconds=8, defines=()):
        """Transactions a second of a script, prepared."""
        command = [str(POSTGRES / "pgbench"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "bifrost", "-n", "-M", "prepared", "-f", str(script),
                   "-c", str(clients), "-j", "2", "-T", str(seconds)]
        for define in defines:
            command += ["-D", define]
        out = subprocess.run([*command, "bifrost"], capture_output=True, text=True)
        found = re.search(r"tps = ([0-9.]+)", out.stdout)
        if not found:
            raise RuntimeError(out.stdout + out.stderr)
        return float(found.group(1))

    def replica(self, base: pathlib.Path):
        """A streaming replica of it, as another object of this class."""
        other = object.__new__(Postgres)
        other.base, other.port = base, free_port()
        other.url = f"postgresql://bifrost@127.0.0.1:{other.port}/bifrost"
        prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
        if prefix:
            shutil.chown(base, "postgres", "postgres")
        subprocess.run([*prefix, str(POSTGRES / "pg_basebackup"), "-d", self.url, "-D", str(base / "data"), "-R", "-X", "stream", "-c", "fast"],
                       check=True, capture_output=True, cwd="/")
        other.server = subprocess.Popen([*prefix, str(POSTGRES / "postgres"), "-D", str(base / "data"), "-p", str(other.port), "-k", str(base),
                                         "-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=256MB"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        for _ in range(200):
            if subprocess.run([POSTGRES / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(other.port)]).returncode == 0:
                return other
            time.sleep(0.1)
        raise RuntimeError("the replica did not start")

    def sql(self, text):
        return subprocess.run([POSTGRES / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "bifrost", "-At", "bifrost", "-c", text],
                              capture_output=True, text=True, check=True).stdout.strip()

    def cpu(self) -> float:
        """CPU seconds of the server with all its children, ended ones included."""
        return tree_cpu(self.server.pid)

    def stop(self):
        self.server.send_signal(signal.SIGINT)
        self.server.wait()


def tree_cpu(pid: int) -> float:
    total, queue = 0.0, [pid]
    while queue:
        one = queue.pop()
        try:
            fields = pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
            total += sum(map(int, fields[11:15])) / TICKS
            queue += map(int, pathlib.Path(f"/proc/{one}/task/{one}/children").read_text().split())
        except FileNotFoundError:
            pass
    return total


class S3:
    """An S3 server (versitygw, built by `./dev __s3_server`) over a folder, with a bucket."""

    def __init__(self, base: pathlib.Path):
        self.port, self.data = free_port(), base / "s3"
        (self.data / "bucket").mkdir(parents=True)
        self.url = f"http://127.0.0.1:{self.port}"
        self.server = subprocess.Popen([ROOT / "build/tools/bin/versitygw", "--port", f"127.0.0.1:{self.port}", "--region", "us-east-1", "posix", self.data],
                                       env={**os.environ, "ROOT_ACCESS_KEY": "bench", "ROOT_SECRET_KEY": "bench-secret"}, stdout=subprocess.DEVNULL,
                                       stderr=open(base / "s3.log", "w"))
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    break
            time.sleep(0.05)
        self.settings = {"S3_BUCKET": "bucket", "S3_ENDPOINT": self.url, "S3_REGION": "us-east-1", "S3_ACCESS_KEY_ID": "bench", "S3_SECRET_ACCESS_KEY": "bench-secret"}

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        self.server.wait()


class Site:
    """`bifrost serve` on a fresh folder, with an owner's token."""

    def __init__(self, base: pathlib.Path, database_url: str | None = None, replica_urls: str | None = None,
                 settings: dict[str, str] | None = None):
        self.data = base / "site"
        self.environment = {**os.environ, "HOME": str(base), **(settings or {})}
        self.environment.pop("DATABASE_URL", None)
        if database_url:
            self.environment["DATABASE_URL"] = database_url
        if replica_urls:
            self.environment["DATABASE_REPLICA_URLS"] = replica_urls
        start = time.perf_counter()
        self.process = subprocess.Popen([PROGRAM, "serve", "--data", self.data, "--port", "0"], stdout=subprocess.PIPE, text=True, env=self.environment,
                                        stderr=open(base / "serve.log", "w"))
        self.url = self.process.stdout.readline().split()[-1]
        urllib.request.urlopen(self.url + "/livez").read()
        self.start_seconds = time.perf_counter() - start
        made = subprocess.run([PROGRAM, "token", "create", "--data", self.data, "--user", "owner", "--name", "bench", "--output", "json"],
                              check=True, capture_output=True, text=True, env=self.environment)
        self.token = json.loads(made.stdout)["token"]
        self.environment |= {"BIFROST_URL": self.url, "BIFROST_TOKEN": self.token}

    def call(self, method, path, body=None, headers=None):
        request = urllib.request.Request(self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **(headers or {})})
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
            return (json.loads(text) if text else None), dict(answer.headers)

    def metric(self, line: str) -> float:
        """The value of a series, by its whole name with labels; 0 when it isn't there."""
        with urllib.request.urlopen(self.url + "/metrics") as answer:
            found = re.search(re.escape(line) + r" ([0-9.e+-]+)", answer.read().decode())
        return float(found.group(1)) if found else 0.0

    def command(self, *arguments, **options):
        return subprocess.run([PROGRAM, *map(str, arguments)], env=self.environment, capture_output=True, text=True, check=True, **options)

    def memory(self) -> float:
        """Resident MB now."""
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text()).group(1)) / 1024

    def cpu(self) -> float:
        return tree_cpu(self.process.pid)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def wrk(site: Site, path: str, connections=16, seconds=8, lua=None):
    """Requests a second; an answer that isn't 2xx or 3xx is a failure of the benchmark."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-H", f"Authorization: Bearer {site.token}"]
    if lua:
        command += ["-s", str(lua)]
    out = subprocess.run([*command, site.url + path], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise RuntimeError(out)
    return float(re.search(r"Requests/sec:\s+([0-9.]+)", out).group(1)), int(re.search(r"(\d+) requests in", out).group(1))
