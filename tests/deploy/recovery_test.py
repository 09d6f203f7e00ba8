"""Point-in-time recovery by the project's own scripts: what was before the time is there, what came after it is not."""

import json
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

import pytest
from conftest import BIN, ROOT

from production_stack import POSTGRES, answers, free_port, wait_until

BACKUP = ROOT / "deploy/backup"


class Server:
    """One PostgreSQL in a folder that its user owns."""

    def __init__(self, folder):
        self.folder = folder
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
        self.process = None

    def run(self, *words, expect=0):
        done = subprocess.run([*self.user, *map(str, words)], cwd="/", capture_output=True, text=True, timeout=120)
        assert done.returncode == expect, f"{words}: {done.stdout} {done.stderr}"
        return done

    def start(self, name, *settings):
        self.port = free_port()
        self.url = f"postgresql://bifrost@127.0.0.1:{self.port}/bifrost"
        words = ["-p", self.port, "-c", "unix_socket_directories=", "-c", "listen_addresses=127.0.0.1"]
        for setting in settings:
            words += ["-c", setting]
        with open(self.folder / f"{name}.log", "ab") as log:
            self.process = subprocess.Popen(
                [*self.user, str(POSTGRES / "postgres"), "-D", str(self.folder / name), *map(str, words)], stdout=log, stderr=log, cwd="/"
            )

        def ready():
            assert self.process.poll() is None, (self.folder / f"{name}.log").read_text()
            return answers(self.port) and self.ask("select not pg_is_in_recovery()") == "t"

        wait_until(ready, "PostgreSQL", 60)

    def ask(self, sql, database="postgres"):
        done = subprocess.run(
            [POSTGRES / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "bifrost", "-d", database, "-XAtc", sql],
            capture_output=True, text=True, timeout=60,
        )
        return done.stdout.strip() if done.returncode == 0 else None

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(2)  # PostgreSQL's fast shutdown
            self.process.wait(60)


@pytest.fixture
def server():
    # Below /tmp itself: pytest's folders can't be entered by another user.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bifrost-recovery-"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o755)
    scripts = folder / "scripts"
    shutil.copytree(BACKUP, scripts)  # a clone may lie where that user can't read
    running = Server(folder)
    running.scripts = scripts
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


def bifrost(url, folder, *words, expect=0):
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "DATABASE_URL": url, "BIFROST_DATA": str(folder)}
    done = subprocess.run([BIN, *words, "--output", "json"], env=environment, capture_output=True, text=True, cwd=folder, timeout=120)
    assert done.returncode == expect, f"{words}: {done.stdout} {done.stderr}"
    return json.loads(done.stdout)


def test_a_database_comes_back_as_it_was_at_a_time(server, tmp_path):
    archive = server.folder / "archive"
    server.run("mkdir", archive)
    server.run(POSTGRES / "initdb", "-D", server.folder / "primary", "-U", "bifrost", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
    command = f"{server.scripts}/archive_wal.sh %p %f {archive}"
    server.start("primary", "archive_mode=on", f"archive_command={command}", "fsync=off")
    server.ask("create database bifrost")
    bifrost(server.url, tmp_path, "migrate", "up")
    bifrost(server.url, tmp_path, "user", "create", "--code", "before", "--name", "Before")
    server.run(server.scripts / "base_backup.sh", archive, server.url)
    bifrost(server.url, tmp_path, "user", "create", "--code", "between", "--name", "Between")
    # Recovery stops at the first commit behind the time: it must lie between two commits, and in whole seconds behind the base backup's name.
    second = int(server.ask("select extract(epoch from date_trunc('second', clock_timestamp()) + interval '1 second')::bigint"))
    wait_until(lambda: float(server.ask("select extract(epoch from clock_timestamp())")) > second, "the next second", 30)
    moment = server.ask("select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || ' UTC'")
    bifrost(server.url, tmp_path, "user", "create", "--code", "after", "--name", "After")
    server.ask("delete from user_account where code = 'before'", "bifrost")
    segment = server.ask("select pg_walfile_name(pg_switch_wal())")
    wait_until(lambda: (archive / "wal" / segment).exists(), "the last segment in the archive", 60)
    server.stop()

    server.run(server.scripts / "recover_to.sh", archive, server.folder / "recovered", moment)
    server.start("recovered", "fsync=off")
    found = server.ask("select string_agg(code, ',' order by code) from user_account", "bifrost")
    assert found == "before,between,owner"
    assert server.ask("show archive_mode") == "off", "it does not write into the archive that it was made of"
    bifrost(server.url, tmp_path, "user", "create", "--code", "new", "--name", "New")
    findings = {one["check"]: one["state"] for one in bifrost(server.url, tmp_path, "doctor")}
    assert findings["database"] == findings["schema"] == "ok"


def test_a_segment_is_never_written_over(tmp_path):
    (tmp_path / "segment").write_bytes(b"one")
    script = [BACKUP / "archive_wal.sh", tmp_path / "segment", "000000010000000000000001", tmp_path]
    assert subprocess.run(script).returncode == 0
    assert subprocess.run(script).returncode == 0, "the same again is fine"
    (tmp_path / "segment").write_bytes(b"two")
    assert subprocess.run(script).returncode != 0
    assert (tmp_path / "wal/000000010000000000000001").read_bytes() == b"one"
    assert subprocess.run([*script[:3], tmp_path / "not-mounted"]).returncode != 0


def test_a_time_before_every_base_backup_is_refused(tmp_path):
    (tmp_path / "base/20260101T000000Z").mkdir(parents=True)
    done = subprocess.run([BACKUP / "recover_to.sh", tmp_path, tmp_path / "data", "2025-12-31 00:00:00 UTC"], capture_output=True, text=True)
    assert done.returncode == 1 and "no base backup" in done.stderr
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data/PG_VERSION").write_text("15")
    done = subprocess.run([BACKUP / "recover_to.sh", tmp_path, tmp_path / "data"], capture_output=True, text=True)
    assert done.returncode == 1 and "already" in done.stderr
