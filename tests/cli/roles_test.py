"""The program's roles and how they refuse: settings, ports, folders, a second server, a schema that was cut off, workers beside API processes."""

import importlib.util
import json
import os
import pathlib
import queue
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

from conftest import BIN, ROOT, Cli
from kit import noise, sha256, wait_for, write

spec = importlib.util.spec_from_file_location("site_server", ROOT / "tests/contract/kit/server.py")
site_server = importlib.util.module_from_spec(spec)
spec.loader.exec_module(site_server)

CLEAN = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def run(*arguments, timeout=60, as_nobody=False, **environment):
    command = [BIN, *map(str, arguments)]
    if as_nobody and os.geteuid() == 0:
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    return subprocess.run(command, env={**CLEAN, **environment}, cwd="/", capture_output=True, text=True, timeout=timeout)


def refused(done, code, *words):
    """One line on standard error that has the words, and the exit code."""
    lines = [line for line in done.stderr.splitlines() if line.startswith("bifrost: ")]
    assert done.returncode == code, done.stderr
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0], lines[0]


class Role:
    """A role of the program, until stop()."""

    def __init__(self, *arguments, **environment):
        self.process = subprocess.Popen(
            [BIN, *map(str, arguments)], env={**CLEAN, **environment}, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.said = queue.Queue()
        self.log = []
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True).start()

    def _listen(self):
        for line in self.process.stdout:
            self.said.put(line)
        self.said.put("")

    def says(self, pattern, seconds=60):
        """The first group of a line on standard output."""
        while line := self.said.get(timeout=seconds):
            found = re.search(pattern, line)
            if found:
                return found.group(1)
        raise AssertionError(f"ended without saying {pattern}: {self.log}")

    def stop(self, code=0):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=60) == code, "".join(self.log)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def roles():
    started = []

    def start(*arguments, **environment):
        started.append(Role(*arguments, **environment))
        return started[-1]

    yield start
    for role in started:
        role.kill()


@pytest.fixture(scope="module")
def postgres():
    server = site_server.PostgresServer()
    yield server
    server.stop()


def get(url, **headers):
    import urllib.error
    import urllib.request

    try:
        answer = urllib.request.build_opener(urllib.request.ProxyHandler({})).open(urllib.request.Request(url, headers=headers), timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    return answer.status, answer.read().decode()


# --- what refuses to start ---------------------------------------------------------------------------------------------------


def test_more_connections_than_a_shell_allows_at_first_may_be_open(tmp_path):
    running = subprocess.Popen(["sh", "-c", 'ulimit -Sn 64; exec "$0" serve --data "$1" --port 0', BIN, str(tmp_path / "data")], env=CLEAN, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    try:
        address = next(line for line in running.stdout if "listening" in line).split()[-1].removeprefix("http://").rstrip("/").split(":")
        many = [socket.create_connection(address, timeout=30) for _ in range(200)]
        for one in many:
            one.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        for one in many:
            assert one.recv(100).startswith(b"HTTP/1.1 200")
            one.close()
    finally:
        running.terminate()
        assert running.wait(60) == 0


def test_bad_settings_are_all_named_and_nothing_starts(tmp_path):
    settings = write(tmp_path / "bifrost.yaml", "log_level: loud\nlog_levl: info\nworker_concurrency: many\n")
    for role in ("serve", "api", "worker"):
        done = run(role, "--config", settings, "--data", tmp_path / "data", REDIS_URL="nonsense")
        refused(done, 2, "log_level must be", "log_levl is no setting", "worker_concurrency must be", "REDIS_URL must be")
    assert not (tmp_path / "data").exists()


def test_a_settings_file_that_is_not_there_is_named(tmp_path):
    refused(run("serve", "--config", tmp_path / "nowhere.yaml"), 2, "nowhere.yaml", "can't be read")


def test_administrative_commands_refuse_bad_settings_too(tmp_path):
    refused(run("migrate", "status", "--data", tmp_path, LOG_LEVEL="loud"), 2, "LOG_LEVEL")


def test_a_misspelt_variable_is_warned_of(tmp_path):
    done = run("migrate", "status", "--data", tmp_path, DATABSE_URL="postgresql://x/y", REDIS_PORT="tcp://10.0.0.1:6379")
    assert done.returncode == 0
    assert "did you mean DATABASE_URL?" in done.stderr and "REDIS_PORT" not in done.stderr


def test_production_refuses_examples_and_debug_logs(tmp_path):
    done = run("api", ENVIRONMENT="production", LOG_LEVEL="DEBUG", DATABASE_URL="postgresql://bifrost:development@db:5432/bifrost")
    refused(done, 2, "LOG_LEVEL", "DATABASE_URL")


def test_the_roles_of_many_processes_need_postgresql(tmp_path):
    for role in ("api", "worker"):
        refused(run(role, "--data", tmp_path), 1, "DATABASE_URL", "bifrost serve")


def test_a_port_in_use_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused(run("serve", "--data", tmp_path / "a", "--port", port), 1, f"127.0.0.1:{port}", "another port")
        done = run("serve", "--data", tmp_path / "b", "--port", 0, "--admin-listen", f"127.0.0.1:{port}")
        refused(done, 1, f"127.0.0.1:{port}")


def test_a_second_server_on_the_same_folder_is_refused_and_the_first_goes_on(roles, tmp_path):
    first = roles("serve", "--data", tmp_path, "--port", 0)
    url = first.says(r"listening on (\S+)")
    refused(run("serve", "--data", tmp_path, "--port", 0), 1, "A server is running", str(tmp_path))
    refused(run("migrate", "up", "--data", tmp_path), 1, "A server is running")
    assert get(url + "/readyz")[0] == 200
    first.stop()


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path):
    file = write(tmp_path / "file", "no folder")
    refused(run("serve", "--data", file / "data", "--port", 0), 1, "can't be written", "--data")
    closed = tmp_path / "closed"
    closed.mkdir()
    for folder in [*reversed(tmp_path.parents), tmp_path]:
        if str(folder).startswith("/tmp/") and folder.owner() == pathlib.Path(tmp_path).owner():
            folder.chmod(0o755)
    closed.chmod(0o555)
    refused(run("serve", "--data", closed, "--port", 0, as_nobody=True), 1, "can't be written", "--data")


# --- a schema that was cut off ----------------------------------------------------------------------------------------------


def test_migrate_up_killed_in_its_middle_goes_on_next_time_on_sqlite(tmp_path):
    cut = 0
    for round in range(12):
        folder = tmp_path / str(round)
        process = subprocess.Popen([BIN, "migrate", "up", "--data", folder], env=CLEAN, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: (folder / "bifrost.db").exists() or process.poll() is not None)
        time.sleep(0.002 * round)  # another moment each time: there is no condition for "in its middle"
        process.kill()
        cut += process.wait() == -signal.SIGKILL
        done = run("migrate", "up", "--data", folder)
        assert done.returncode == 0, done.stderr
        assert run("migrate", "verify", "--data", folder).returncode == 0
    assert cut > 0


def test_migrate_up_killed_in_its_middle_goes_on_next_time_on_postgresql(postgres, tmp_path):
    url = postgres.new_database()
    # Somebody makes a table of the same name and has not committed: the migration waits in its middle.
    blocker = subprocess.Popen(["psql", "-X", "-q", "-A", "-t", "-d", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    blocker.stdin.write("begin;\ncreate table event_cursor (x integer);\nselect 'ready';\n")
    blocker.stdin.flush()
    assert blocker.stdout.readline().strip() == "ready"
    migrate = subprocess.Popen([BIN, "migrate", "up", "--data", tmp_path], env={**CLEAN, "DATABASE_URL": url}, stderr=subprocess.DEVNULL)

    def waiting():
        asked = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        return subprocess.run(["psql", "-X", "-q", "-A", "-t", "-d", url, "-c", asked], capture_output=True, text=True).stdout.strip() == "1"

    wait_for(waiting)
    migrate.kill()
    assert migrate.wait() == -signal.SIGKILL
    blocker.stdin.close()  # rolls back
    blocker.wait(timeout=30)
    done = run("migrate", "up", "--data", tmp_path, DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    assert run("migrate", "verify", "--data", tmp_path, DATABASE_URL=url).returncode == 0


# --- roles beside each other ------------------------------------------------------------------------------------------------


def test_a_worker_of_its_own_does_what_an_api_process_enqueued(roles, postgres, tmp_path):
    shared = {"DATABASE_URL": postgres.new_database(), "BIFROST_DATA": str(tmp_path / "data")}
    here = ("--admin-listen", "127.0.0.1:0")
    api = roles("api", "--listen", "127.0.0.1:0", *here, **shared)
    operations = api.says(r"operations on (\S+)")
    url = api.says(r"listening on (\S+)")
    token = json.loads(run("token", "create", "--user", "owner", "--name", "ci", "--output", "json", **shared).stdout)["token"]

    # The port that everybody reaches tells no metrics.
    assert get(url + "/metrics")[0] == 404
    assert "bifrost_http_requests_total" in get(operations + "/metrics")[1]
    assert get(operations + "/livez")[0] == 200

    class Server:
        pass

    server = Server()
    server.url, server.token = url, token
    home = tmp_path / "home"
    home.mkdir()
    cli = Cli(server, home, "bar")
    cli.run("project", "create", "bar")
    cli.run("asset", "create", "--type", "prop", "rock")
    write(home / "rock.ma", noise(70_000_000))  # in several parts: its hash is a job of its own
    publishing = cli.start("publish", "rock", "model", "rock.ma", "--output", "json")

    def queued():
        assert publishing.poll() is None, publishing.communicate()
        jobs = json.loads(get(url + "/api/v1/jobs", Authorization="Bearer " + token)[1])["data"]
        return [job for job in jobs if job["state"] == "queued"]

    wait_for(queued)

    worker = roles("worker", *here, **shared)
    beside = worker.says(r"operations on (\S+)")
    out, err = publishing.communicate(timeout=60)
    assert publishing.returncode == 0, err
    assert json.loads(out)["files"][0]["sha256"] == sha256(home / "rock.ma")
    assert get(beside + "/livez")[0] == 200 and get(beside + "/readyz")[0] == 200
    assert "bifrost_jobs_total" in get(beside + "/metrics")[1]
    assert run("health", beside).returncode == 0 and run("health", url).returncode == 0
    worker.stop()
    api.stop()


def test_an_api_process_waits_for_its_schema_when_it_may_not_migrate(roles, postgres, tmp_path):
    shared = {"DATABASE_URL": postgres.new_database(), "BIFROST_DATA": str(tmp_path / "data")}
    api = roles("api", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--no-migrate-on-start", **shared)
    wait_for(lambda: any("migrate up" in line for line in api.log))
    assert run("migrate", "up", **shared).returncode == 0
    assert get(api.says(r"listening on (\S+)") + "/readyz")[0] == 200
    api.stop()


def test_production_answers_a_sign_in_over_plain_http_without_cookies(roles, tmp_path):
    server = roles("serve", "--data", tmp_path, "--port", 0, ENVIRONMENT="production")
    url = server.says(r"listening on (\S+)")
    link = server.says(r"setup\?token=(\S+)")
    import urllib.request

    request = urllib.request.Request(
        url + "/api/v1/auth/setup", json.dumps({"token": link, "password": "correct horse battery"}).encode(), {"Content-Type": "application/json"}
    )
    answer = urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30)
    assert answer.headers.get_all("Set-Cookie") is None
    server.stop()
    assert all(json.loads(line) for line in server.log)  # JSON, every line


# --- telling ----------------------------------------------------------------------------------------------------------------


def test_settings_are_shown_with_where_they_come_from_and_without_secrets(tmp_path):
    settings = write(tmp_path / "bifrost.yaml", "max_file_size_mb: 7\n")
    done = run("settings", "--config", settings, "--output", "json", "--worker-concurrency", 3, DATABASE_URL="postgresql://b:hidden@h/d")
    shown = {one["name"]: (one["value"], one["from"]) for one in json.loads(done.stdout)}
    assert shown["MAX_FILE_SIZE_MB"] == ("7", "settings file")
    assert shown["WORKER_CONCURRENCY"] == ("3", "flag")
    assert shown["DATABASE_URL"] == ("postgresql://b:***@h/d", "environment")
    assert shown["LOG_LEVEL"] == ("info", "default")


def test_the_reference_of_settings_in_the_documentation_is_the_programs():
    page = (ROOT / "docs/operations/configuration.md").read_text()
    stated = page.split("<!-- settings -->\n")[1].split("<!-- end of settings -->")[0]
    assert stated.strip() == run("settings", "--reference").stdout.strip(), "bifrost settings --reference prints what belongs there"


def test_doctor_names_every_bad_setting_and_every_missing_part(tmp_path):
    done = run("doctor", "--data", tmp_path, "--output", "json", LOG_LEVEL="loud", REDIS_URL="x")
    assert done.returncode == 1
    assert [one["detail"].split()[0] for one in json.loads(done.stdout)] == ["LOG_LEVEL", "REDIS_URL"]
    done = run("doctor", "--data", tmp_path, "--output", "json", SHARED_CACHE_ROOT=str(tmp_path / "nowhere"))
    found = {one["check"]: one for one in json.loads(done.stdout)}
    assert done.returncode == 1
    assert found["schema"]["state"] == "failed" and "bifrost migrate up" in found["schema"]["detail"]
    assert found["shared_cache"]["state"] == "failed" and "nowhere" in found["shared_cache"]["detail"]
    assert found["clock"]["state"] == "ok"


def test_health_says_when_nobody_answers():
    refused(run("health", "http://127.0.0.1:1"), 1, "127.0.0.1:1")
