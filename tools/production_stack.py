#!/usr/bin/env python3
"""The production shape on one machine, without containers: PostgreSQL 15 with a streaming replica, Redis, an S3 server, two API
processes behind nginx, two workers, shared folders. `./dev up` runs it until Ctrl-C; the suite `production` tests on it.

    tools/production_stack.py [--folder DIR] [--port N]
"""

import argparse
import json
import os
import pathlib
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log warn;
events {{ worker_connections 4096; }}
http {{
    access_log off; client_body_temp_path {folder}/nginx-body; proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi; uwsgi_temp_path {folder}/nginx-uwsgi; scgi_temp_path {folder}/nginx-scgi;
    upstream api {{ {servers} keepalive 64; }}
    server {{
        listen 127.0.0.1:{port};
        client_max_body_size 8m;
        proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme;
        proxy_next_upstream error timeout; proxy_connect_timeout 2s; proxy_read_timeout 3600s;
        location / {{ proxy_pass http://api; }}
        location = /api/v1/events/stream {{ proxy_pass http://api; proxy_buffering off; }}
    }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise RuntimeError(f"{what} did not come up")


def answers(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Part:
    """One program of the stack; its output goes into a file of the folder."""

    def __init__(self, stack, name, command, environment=None, ready=None):
        self.stack, self.name, self.command, self.ready = stack, name, [str(word) for word in command], ready
        self.environment = environment
        self.log = stack.folder / f"{name}.log"
        self.process = None
        self.start()

    def start(self):
        with open(self.log, "ab") as log:
            begin = log.tell()
            self.process = subprocess.Popen(
                self.command, cwd="/", env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        if self.ready is None:
            return

        def is_up():
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended:\n{self.log.read_text(errors='replace')[-2000:]}")
            return self.ready(self.log.read_bytes()[begin:].decode(errors="replace"))

        wait_until(is_up, self.name)

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, seconds=40):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode


class Stack:
    def __init__(self, program, s3_server, folder=None, port=None, environment=None):
        self.program = str(program)
        self.temporary = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="bifrost-production-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        self.parts = []
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.extra = environment or {}
        try:
            self._start_services(s3_server)
            self._start_program()
        except BaseException:
            self.stop()
            raise

    def _part(self, *arguments, **options):
        part = Part(self, *arguments, **options)
        self.parts.append(part)
        return part

    # --- what Bifrost stands on

    def _as_postgres(self, *words):
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
        return [*as_user, *map(str, words)]

    def _postgres(self, *words):
        done = subprocess.run(self._as_postgres(*words), cwd="/", capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise RuntimeError(f"{words[0]} failed: {done.stdout}{done.stderr}")

    def _postgres_folder(self, name):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(folder, user.pw_uid, user.pw_gid)
        folder.chmod(0o700)
        return folder

    def _start_postgres(self, name, data, port):
        settings = f"-p {port} -c unix_socket_directories= -c listen_addresses=127.0.0.1 -c max_connections=200 -c hot_standby=on -c wal_keep_size=64".split()
        command = self._as_postgres(POSTGRES / "postgres", "-D", data, *settings)
        return self._part(name, command, ready=lambda log: "ready to accept" in log and answers(port))

    def _start_services(self, s3_server):
        primary, replica = self._postgres_folder("primary-data"), self._postgres_folder("replica-data")
        self.primary_port, self.replica_port = free_port(), free_port()
        is_new = not (primary / "PG_VERSION").exists()
        if is_new:
            self._postgres(POSTGRES / "initdb", "-D", primary, "-U", "bifrost", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        self.primary = self._start_postgres("primary", primary, self.primary_port)
        if is_new:
            self._postgres(POSTGRES / "createdb", "-h", "127.0.0.1", "-p", self.primary_port, "-U", "bifrost", "bifrost")
        # The ports are others each time: the replica is made anew, which takes a second.
        shutil.rmtree(replica)
        replica = self._postgres_folder("replica-data")
        self._postgres(
            POSTGRES / "pg_basebackup", "-D", replica, "-R", "-X", "stream", "-c", "fast", "--no-sync", "-h", "127.0.0.1", "-p", self.primary_port,
            "-U", "bifrost",
        )
        self.replica = self._start_postgres("replica", replica, self.replica_port)

        self.redis_port = free_port()
        redis = ["redis-server", "--port", self.redis_port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", self.folder]
        self.redis = self._part("redis", redis, ready=lambda log: answers(self.redis_port))

        self.s3_port = free_port()
        keys = self.folder / "s3-keys.json"
        if not keys.exists():
            keys.touch(0o600)
            keys.write_text(json.dumps({"id": "stack-" + secrets.token_hex(8), "secret": secrets.token_hex(24)}))
        self.s3_keys = json.loads(keys.read_text())
        (self.folder / "s3-data" / "bifrost-stack").mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "ROOT_ACCESS_KEY": self.s3_keys["id"], "ROOT_SECRET_KEY": self.s3_keys["secret"]}
        s3 = [s3_server, "--port", f"127.0.0.1:{self.s3_port}", "--region", "us-east-1", "posix", self.folder / "s3-data"]
        self.s3 = self._part("s3", s3, environment=environment, ready=lambda log: answers(self.s3_port))

    # --- Bifrost itself

    @property
    def environment(self):
        for name in ("shared-cache", "projects"):
            (self.folder / name).mkdir(exist_ok=True)
        known = {"PATH", "HOME", "LANG", "TMPDIR"}
        return {
            **{name: value for name, value in os.environ.items() if name in known},
            "ENVIRONMENT": "staging",
            "LOG_FORMAT": "json",
            "DATABASE_URL": f"postgresql://bifrost@127.0.0.1:{self.primary_port}/bifrost",
            "DATABASE_REPLICA_URLS": f"postgresql://bifrost@127.0.0.1:{self.replica_port}/bifrost",
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "S3_BUCKET": "bifrost-stack",
            "S3_ENDPOINT": f"http://127.0.0.1:{self.s3_port}",
            "S3_ACCESS_KEY_ID": self.s3_keys["id"],
            "S3_SECRET_ACCESS_KEY": self.s3_keys["secret"],
            "SHARED_CACHE_ROOT": str(self.folder / "shared-cache"),
            "PROJECTS_ROOT": str(self.folder / "projects"),
            "TRUSTED_PROXIES": "127.0.0.1",
            "MIGRATE_ON_START": "false",
            **self.extra,
        }

    def run(self, *words, check=True):
        done = subprocess.run([self.program, *map(str, words)], env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=120)
        if check and done.returncode != 0:
            raise RuntimeError(f"bifrost {' '.join(map(str, words))} failed: {done.stderr}")
        return done

    def admin(self, *words):
        return json.loads(self.run(*words, "--output", "json").stdout)

    def _start_program(self):
        self.run("migrate", "up")
        self.apis, self.workers = [], []
        for number in (1, 2):
            listen, operations = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
            command = [self.program, "api", "--listen", listen, "--admin-listen", operations]
            part = self._part(f"api-{number}", command, environment=self.environment, ready=lambda log: "listening on" in log)
            part.url, part.operations = "http://" + listen, "http://" + operations
            self.apis.append(part)
        for number in (1, 2):
            operations = f"127.0.0.1:{free_port()}"
            command = [self.program, "worker", "--admin-listen", operations]
            part = self._part(f"worker-{number}", command, environment=self.environment, ready=lambda log: "working" in log)
            part.operations = "http://" + operations
            self.workers.append(part)
        self._write_nginx(self.apis)
        self.nginx = self._part("nginx", ["/usr/sbin/nginx", "-c", self.folder / "nginx.conf", "-p", self.folder], ready=lambda log: answers(self.port))

    def _write_nginx(self, apis):
        servers = " ".join(f"server {part.url.removeprefix('http://')} max_fails=1 fail_timeout=1s;" for part in apis)
        (self.folder / "nginx.conf").write_text(NGINX.format(folder=self.folder, servers=servers, port=self.port))

    def _lead_to(self, apis):
        """Has nginx send new requests to these alone, and waits until what it sent to others has ended."""
        before = self._nginx_workers()
        self._write_nginx(apis)
        self.nginx.signal(signal.SIGHUP)
        wait_until(lambda: self._nginx_workers() and not before & self._nginx_workers(), "nginx' new workers", 120)

    def _nginx_workers(self):
        done = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.nginx.process.pid)], capture_output=True, text=True)
        return set(done.stdout.split())

    def replace_api(self, part):
        """One step of a rolling upgrade: out of nginx, ended, started anew, ready, back into nginx. The exit code of the old process."""
        self._lead_to([other for other in self.apis if other is not part])
        code = part.stop()
        part.start()
        self._lead_to(self.apis)
        return code

    def log(self):
        return "\n".join(f"--- {part.name}\n{part.log.read_text(errors='replace')[-3000:]}" for part in self.parts)

    def stop(self):
        """Ends everything, the newest first; the exit codes of Bifrost's own."""
        codes = {}
        for part in reversed(self.parts):
            if part.name in ("primary", "replica") and part.process.poll() is None:
                part.signal(signal.SIGINT)  # PostgreSQL's fast shutdown
                part.process.wait(60)
            codes[part.name] = part.stop()
        if self.temporary:
            shutil.rmtree(self.folder, ignore_errors=True)
        return {name: code for name, code in codes.items() if re.match(r"api|worker", name)}


def main():
    parser = argparse.ArgumentParser(description="Runs the production shape on this machine until Ctrl-C.")
    parser.add_argument("--folder", help="keep everything there and go on from it next time; default: a temporary folder")
    parser.add_argument("--port", type=int, default=8000, help="of nginx (default 8000)")
    options = parser.parse_args()
    program = os.environ.get("BIFROST_BIN", ROOT / "build/release/bifrost")
    folder = pathlib.Path(options.folder).resolve() if options.folder else None
    stack = Stack(program, ROOT / "build/tools/bin/versitygw", folder, options.port)
    link = stack.admin("user", "sign-in-link", "owner")["url"]
    rows = [
        ("site", stack.url), ("sign in as the owner, once", stack.url + link),
        *((part.name, f"{part.url}   operations {part.operations}") for part in stack.apis),
        *((part.name, f"operations {part.operations}") for part in stack.workers),
        ("PostgreSQL", stack.environment["DATABASE_URL"]), ("replica", stack.environment["DATABASE_REPLICA_URLS"]),
        ("Redis", stack.environment["REDIS_URL"]), ("S3", f"{stack.environment['S3_ENDPOINT']}/bifrost-stack"), ("folder, logs", str(stack.folder)),
    ]
    for name, value in rows:
        print(f"{name:28}{value}")
    print("Ctrl-C stops all of it.", flush=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    signal.pause()
    print("stopping", flush=True)
    codes = stack.stop()
    sys.exit(0 if all(code == 0 for code in codes.values()) else 1)


if __name__ == "__main__":
    main()
