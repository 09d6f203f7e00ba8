"""Journeys and faults on the production shape: several processes over PostgreSQL with a replica, Redis and S3, behind nginx."""

import hashlib
import http.client
import json
import os
import pathlib
import signal
import subprocess
import threading
import time
import uuid

import pytest
import requests

BASE = "/api/v1"


class Site:
    """Calls of the owner, through nginx or straight to one process."""

    def __init__(self, stack):
        self.stack = stack
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = "Bearer " + stack.token

    def call(self, method, path, json=None, at=None, expect=None, **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.session.request(method, (at or self.stack.url) + BASE + path, json=json, headers=names, timeout=30)
        if expect is not None:
            assert answer.status_code == expect, f"{method} {path} → {answer.status_code} {answer.text[:500]}"
        return answer

    def get(self, path, **options):
        return self.call("GET", path, expect=options.pop("expect", 200), **options)


@pytest.fixture
def site(stack):
    return Site(stack)


@pytest.fixture
def project(site):
    return site.call("POST", "/projects", {"code": "p" + uuid.uuid4().hex[:10], "name": "Production"}, expect=201).json()


def new_asset(site, project, **options):
    body = {"code": "a" + uuid.uuid4().hex[:10], "name": "Asset", "type": "prop"}
    return site.call("POST", f"/projects/{project['id']}/assets", body, expect=201, **options).json()


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError("waited in vain")


def health(url):
    return requests.get(url + "/health", timeout=30, proxies={"http": ""}).json()


# --- journeys ---------------------------------------------------------------------------------------------------------------


def test_every_process_is_well_and_doctor_agrees(stack):
    for part in stack.apis:
        assert health(part.url)["status"] == "ok"
    for part in [*stack.apis, *stack.workers]:
        for path in ("/livez", "/readyz", "/metrics"):
            assert requests.get(part.operations + path, timeout=30).status_code == 200, (part.name, path)
    findings = json.loads(stack.run("doctor", "--output", "json").stdout)
    assert [one for one in findings if one["state"] == "failed"] == []


def test_what_is_published_comes_back_byte_for_byte_with_what_it_depends_on(stack, cli, project, tmp_path):
    code = project["code"]
    files = {"rock.ma": os.urandom(3_000_000), "rock.png": os.urandom(70_000), "small.txt": b"x"}
    big = os.urandom(70_000_000)  # in several parts
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "scene.usd").write_bytes(big)
    cli("asset", "create", "--project", code, "--type", "prop", "rock")
    cli("asset", "create", "--project", code, "--type", "environment", "field")
    cli("publish", f"{code}:rock", "model", *files)
    cli("publish", f"{code}:field", "layout", "scene.usd", "--depends", f"{code}:rock/model")
    cli("get", f"{code}:field/layout", "-o", "out", "--deps")
    wanted = sorted(hashlib.sha256(data).hexdigest() for data in [*files.values(), big])
    found = sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert found == wanted


def test_bytes_go_straight_to_s3(stack, site, project):
    data = os.urandom(10_000)
    upload = site.call("POST", "/uploads", {"project_id": project["id"], "name": "a.bin", "size": len(data)}, expect=201).json()
    part = upload["parts"][0]
    assert part["url"].startswith(stack.environment["S3_ENDPOINT"])
    sent = requests.put(part["url"], data=data, headers=part["headers"], timeout=30)
    assert sent.status_code == 200, sent.text
    refused = requests.put(part["url"].replace("X-Amz-Signature=", "X-Amz-Signature=0"), data=data, headers=part["headers"], timeout=30)
    assert refused.status_code == 403


# --- several processes are one site -----------------------------------------------------------------------------------------


def test_a_write_through_one_process_is_seen_by_the_other_at_once_by_who_says_so_and_soon_by_all(stack, site, project):
    first, second = (part.url for part in stack.apis)
    asset = new_asset(site, project)
    path = f"/assets/{asset['id']}"
    wait_for(lambda: site.call("GET", path, at=second).status_code == 200)
    for number in range(30):
        written = site.call("PATCH", path, {"name": f"Name {number}"}, at=first, expect=200)
        assert site.get(path, at=first).json()["name"] == f"Name {number}"  # its own process at once
        token = written.headers["X-Bifrost-Consistency"]
        assert site.get(path, at=second, X_Bifrost_Consistency=token).json()["name"] == f"Name {number}"
        # Long before CACHE_TTL_SECONDS: so it was the log that ended what was kept.
        wait_for(lambda: site.get(path, at=second).json()["name"] == f"Name {number}")


def test_kept_answers_never_go_back_in_time(stack, site, project):
    asset = new_asset(site, project)
    path = f"/assets/{asset['id']}"
    stop, faults = threading.Event(), []

    def watch(url):
        own, last = Site(stack), 0
        while not stop.is_set():
            revision = own.get(path, at=url).json()["revision"]
            if revision < last:
                faults.append((url, last, revision))
            last = revision

    first, second = (part.url for part in stack.apis)
    wait_for(lambda: site.call("GET", path, at=second).status_code == 200)
    watchers = [threading.Thread(target=watch, args=(url,)) for url in (first, second) * 2]
    for one in watchers:
        one.start()
    try:
        for number in range(60):
            site.call("PATCH", path, {"name": f"Name {number}"}, at=(first, second)[number % 2], expect=200)
            if number % 20 == 10:
                flush(stack)
    finally:
        stop.set()
        for one in watchers:
            one.join()
    assert faults == []


def test_a_permission_that_was_taken_away_soon_holds_on_both(stack, site, project):
    asset = new_asset(site, project)
    user = site.call("POST", "/users", {"code": "u" + uuid.uuid4().hex[:8], "name": "Guest", "site_role": "guest"}, expect=201).json()
    token = json.loads(stack.run("token", "create", "--user", user["code"], "--name", "x", "--output", "json").stdout)["token"]
    site.call("PUT", f"/projects/{project['id']}/members/{user['id']}", {"role": "viewer"})
    guest = Site(stack)
    guest.session.headers["Authorization"] = "Bearer " + token
    for part in stack.apis:
        wait_for(lambda: guest.call("GET", f"/assets/{asset['id']}", at=part.url).status_code == 200)
    site.call("DELETE", f"/projects/{project['id']}/members/{user['id']}")
    for part in stack.apis:
        wait_for(lambda: guest.call("GET", f"/assets/{asset['id']}", at=part.url).status_code == 404)


def test_live_events_of_one_process_are_heard_at_the_other_and_through_the_proxy(stack, site, project):
    heard = {}

    def listen(name, address):
        connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
        connection.request("GET", f"{BASE}/events/stream?project={project['code']}&seconds=60", headers={"Authorization": "Bearer " + stack.token})
        answer = connection.getresponse()
        heard[name] = ready = []
        while line := answer.readline():
            if line.startswith(b"data: "):
                ready.append(json.loads(line[6:]))
                if "action" in ready[-1]:
                    return

    first, second = (part.url for part in stack.apis)
    listeners = [threading.Thread(target=listen, args=one) for one in (("second", second), ("proxy", stack.url))]
    for one in listeners:
        one.start()
    wait_for(lambda: len(heard) == 2 and all(heard.values()))
    asset = new_asset(site, project, at=first)
    for one in listeners:
        one.join()
    for name in ("second", "proxy"):
        assert heard[name][-1]["entity_id"] == asset["id"], name


def test_attempts_to_sign_in_are_counted_over_all_processes(stack):
    login = "nobody-" + uuid.uuid4().hex[:8]
    codes = []
    for number in range(100):  # a minute that ends on the way begins a new count
        url = stack.apis[number % 2].url
        answer = requests.post(url + BASE + "/auth/login", json={"login": login, "password": "wrong"}, timeout=30)
        codes.append(answer.status_code)
        if answer.status_code == 429:
            assert 1 <= int(answer.headers["Retry-After"]) <= 60
            break
    assert codes[-1] == 429 and codes.count(401) in range(25, 61), codes


def test_a_command_sees_what_the_command_before_it_wrote_however_far_behind_the_replica_is(stack, cli, project):
    replay = lambda what: subprocess.run(
        ["/usr/lib/postgresql/15/bin/psql", "-qAt", "-h", "127.0.0.1", "-p", str(stack.replica_port), "-U", "bifrost", "postgres", "-c", f"select pg_wal_replay_{what}()"],
        check=True, capture_output=True)
    for number in range(3):
        replay("pause")
        try:
            cli("asset", "create", "--project", project["code"], "--type", "prop", f"own{number}")
            shown = cli("asset", "show", f"{project['code']}:own{number}", "--output", "json")
        finally:
            replay("resume")
        assert json.loads(shown.stdout)["code"] == f"own{number}"


# --- faults -----------------------------------------------------------------------------------------------------------------


def flush(stack):
    import socket

    with socket.create_connection(("127.0.0.1", stack.redis_port), timeout=10) as connection:
        connection.sendall(b"FLUSHALL\r\n")
        connection.recv(100)


@pytest.mark.parametrize("fault", ["killed", "frozen", "flushed"])
def test_redis_may_fail_at_any_time_and_nothing_is_wrong(stack, site, project, fault):
    asset = new_asset(site, project)
    path = f"/assets/{asset['id']}"
    if fault == "killed":
        stack.redis.kill()
    elif fault == "frozen":
        stack.redis.signal(signal.SIGSTOP)
    else:
        flush(stack)
    try:
        for number in range(20):
            written = site.call("PATCH", path, {"name": f"{fault} {number}"}, expect=200)
            token = written.headers["X-Bifrost-Consistency"]
            began = time.monotonic()
            assert site.get(path, X_Bifrost_Consistency=token).json()["name"] == f"{fault} {number}"
            assert time.monotonic() - began < 15  # half of what the client would wait for
        if fault != "flushed":
            assert health(stack.apis[0].url)["status"] == "degraded"
            assert requests.get(stack.apis[0].url + "/readyz", timeout=30).status_code == 200
    finally:
        if fault == "killed":
            stack.redis.start()
        elif fault == "frozen":
            stack.redis.signal(signal.SIGCONT)
    wait_for(lambda: all(health(part.url)["status"] == "ok" for part in stack.apis))
    for part in stack.apis:
        wait_for(lambda: site.get(path, at=part.url).json()["name"] == f"{fault} 19")


def test_an_api_process_that_is_killed_is_not_missed(stack, site, project):
    victim = stack.apis[0]
    victim.kill()
    try:
        made = {new_asset(site, project)["id"] for _ in range(20)}
    finally:
        victim.start()
    listed = {one["id"] for one in site.get(f"/projects/{project['id']}/assets?limit=1000").json()["data"]}
    assert made <= listed
    wait_for(lambda: requests.get(victim.url + "/readyz", timeout=30).status_code == 200)


def test_a_worker_that_is_killed_is_replaced_by_the_other(stack, cli, project, tmp_path):
    victim = stack.workers[0]
    victim.kill()
    try:
        cli("asset", "create", "--project", project["code"], "--type", "prop", "rock")
        (tmp_path / "rock.ma").write_bytes(os.urandom(70_000_000))
        cli("publish", f"{project['code']}:rock", "model", "rock.ma")
    finally:
        victim.start()


# --- the shared file system -------------------------------------------------------------------------------------------------


def test_all_processes_share_one_disk(stack, cli, project, tmp_path):
    code = project["code"]
    (tmp_path / "rock.ma").write_bytes(b"rock")
    cli("asset", "create", "--project", code, "--type", "prop", "rock")
    cli("publish", f"{code}:rock", "model", "rock.ma")
    place = pathlib.Path(cli("path", f"{code}:rock/model@1").stdout.strip())
    assert place.is_relative_to(stack.folder / "projects")
    file = place / "rock.ma"
    wait_for(file.exists)  # a worker puts there what is published
    made = json.loads(cli("folder", "create", f"{code}:rock", "--project", code, "--type", "work", "--output", "json").stdout)["data"][0]
    assert pathlib.Path(made["path"]).is_dir()
    file.unlink()
    (place / "notes.txt").write_text("somebody's")
    found = json.loads(cli("folder", "scan", "--project", code, "--output", "json").stdout)
    assert sorted(one["state"] for one in found["data"]) == ["missing", "unknown"]
    cli("folder", "reconcile", found["id"], "--project", code, "--action", "missing=restore", "--action", "unknown=quarantine")
    assert file.read_bytes() == b"rock" and not (place / "notes.txt").exists()
    aside = json.loads(cli("folder", "aside", "--project", code, "--output", "json").stdout)["data"]
    cli("folder", "undo", aside[0]["fix_id"], "--project", code)
    assert (place / "notes.txt").read_text() == "somebody's"
    for part in stack.apis:
        assert health(part.url)["checks"]["shared_files"]["status"] == "ok"
