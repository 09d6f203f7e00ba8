"""The command line on a site whose bytes lie in S3, with a shared cache and a folder of projects."""

import json
import os
import pathlib
import shutil
import signal
import socket
import stat
import subprocess
import urllib.error
import urllib.request

import pytest

from conftest import BIN, ROOT, Cli, Server
from kit import hashes, noise, query, sha256, wait_for, write

MB = 1_000_000
S3_SERVER = os.environ.get("BIFROST_S3_SERVER", str(ROOT / "build/tools/bin/versitygw"))


class S3:
    """An S3 server over a folder that holds one bucket, `studio`."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "data/studio").mkdir(parents=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.start()

    def start(self):
        environment = {**os.environ, "ROOT_ACCESS_KEY": "key", "ROOT_SECRET_KEY": "secret-of-the-key"}
        self.process = subprocess.Popen([S3_SERVER, "--port", f"127.0.0.1:{self.port}", "--region", "us-east-1", "posix", self.folder / "data"],
                                        env=environment, stdout=subprocess.DEVNULL, stderr=open(self.folder / "log", "ab"))
        wait_for(self.answers)

    def answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        self.process.kill()
        self.process.wait()

    def objects(self):
        return sorted(path for path in (self.folder / "data/studio").glob("*/*") if path.is_file() and len(path.parent.name) == 2)


@pytest.fixture(scope="module")
def s3(tmp_path_factory):
    running = S3(tmp_path_factory.mktemp("s3"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def site(tmp_path_factory, s3):
    folder = tmp_path_factory.mktemp("site-on-s3")
    (folder / "projects").mkdir()
    running = Server(folder, S3_BUCKET="studio", S3_ENDPOINT=f"http://127.0.0.1:{s3.port}", S3_ACCESS_KEY_ID="key", S3_SECRET_ACCESS_KEY="secret-of-the-key",
                     SHARED_CACHE_ROOT=str(folder / "cache"), PROJECTS_ROOT=str(folder / "projects"))
    running.folder = folder
    yield running
    running.stop()


@pytest.fixture
def hero(site, tmp_path, request):
    home = tmp_path / "home"
    home.mkdir()
    client = Cli(site, home, f"p{os.urandom(6).hex()}")
    client.run("project", "create", client.project)
    client.run("asset", "create", "--type", "character", "--code", "hero", "--name", "Hero")
    return client


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def location(site, file_id):
    """Where a download is sent to."""
    request = urllib.request.Request(f"{site.url}/api/v1/files/{file_id}/download", headers={"Authorization": f"Bearer {site.token}"})
    try:
        urllib.request.build_opener(NoRedirect).open(request)
    except urllib.error.HTTPError as answer:
        assert answer.code == 302
        return answer.headers["Location"]
    raise AssertionError("it was not redirected")


def test_what_was_published_to_s3_comes_back_and_lies_at_its_path(hero, site, tmp_path):
    write(tmp_path / "a.ma", "hello")
    write(tmp_path / "tex/large.exr", noise(70 * MB))  # two parts
    write(tmp_path / "empty", "")
    published = hero.json("publish", "hero", "model", tmp_path / "a.ma", tmp_path / "tex", tmp_path / "empty")
    expected = {one["path"]: one["sha256"] for one in published["files"]}
    assert expected == {"a.ma": sha256(tmp_path / "a.ma"), "tex/large.exr": sha256(tmp_path / "tex/large.exr"), "empty": sha256(tmp_path / "empty")}
    hero.run("get", "hero/model@1", "-o", tmp_path / "out")
    assert hashes(tmp_path / "out") == expected
    place = pathlib.Path(hero.run("path", "hero/model@1").out.strip())
    assert place.is_relative_to(site.folder / "projects")
    wait_for(place.exists)
    assert hashes(place) == expected
    assert stat.S_IMODE((place / "a.ma").stat().st_mode) == 0o444


def test_the_same_bytes_are_stored_once_and_the_second_read_comes_out_of_the_cache(hero, site, s3, tmp_path):
    write(tmp_path / "a", noise(MB))
    hero.run("publish", "hero", "model", tmp_path / "a")
    stored = len(s3.objects())
    hero.run("publish", "hero", "model", tmp_path / "a")
    assert len(s3.objects()) == stored
    file_id = hero.json("version", "files", "hero/model@1")["data"][0]["id"]
    if f":{s3.port}/" in location(site, file_id):  # the first reader is sent to the store
        wait_for(lambda: location(site, file_id).startswith("/api/v1/storage/objects/cache/"))
    cached = location(site, file_id)
    with urllib.request.urlopen(urllib.request.Request(site.url + cached, headers={"Range": "bytes=10-19"})) as answer:
        assert (answer.status, answer.read()) == (206, (tmp_path / "a").read_bytes()[10:20])
    shutil.rmtree(site.folder / "cache/objects")
    with urllib.request.urlopen(site.url + cached) as answer:  # evicted meanwhile: sent on to the store
        assert answer.read() == (tmp_path / "a").read_bytes()


def test_a_file_that_changes_while_it_is_sent_is_refused_by_the_store(hero, site, tmp_path):
    write(tmp_path / "a", noise(1000))
    opened = api(site, "POST", "/uploads", {"project_id": project_id(site, hero), "name": "a", "size": 1000, "sha256": sha256(tmp_path / "a")})
    part = opened["parts"][0]
    request = urllib.request.Request(part["url"], method="PUT", data=noise(1000), headers=part["headers"])
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 400
    assert api(site, "GET", f"/uploads/{opened['id']}")["parts"] == []


def test_an_upload_that_was_killed_goes_on_with_the_parts_that_are_there(hero, site, tmp_path):
    write(tmp_path / "large", noise(200 * MB))
    sender = hero.start("publish", "hero", "plate", tmp_path / "large")
    upload = wait_for(lambda: query(site, "select id from upload where size = ?", 200 * MB))[0]
    wait_for(lambda: len(api(site, "GET", f"/uploads/{upload}")["parts"]) >= 1)
    sender.send_signal(signal.SIGKILL)
    sender.wait()
    there = len(api(site, "GET", f"/uploads/{upload}")["parts"])
    published = hero.json("publish", "hero", "plate", tmp_path / "large")
    assert published["files"][0]["sha256"] == sha256(tmp_path / "large")
    assert there >= 1 and query(site, "select count(*) from upload where size = ?", 200 * MB) == (1,)


def test_while_s3_is_away_the_site_says_so_and_goes_on_when_it_is_back(hero, site, s3, tmp_path):
    write(tmp_path / "a", noise(1000))
    s3.stop()
    try:
        failed = hero.run("publish", "hero", "model", tmp_path / "a", expect=None)
        assert failed.code != 0 and (str(s3.port) in failed.err or "store" in failed.err), failed.err  # whoever meets it first names it
        hero.run("asset", "list")
    finally:
        s3.start()
    assert hero.json("publish", "hero", "model", tmp_path / "a")["version"] == 1


def test_the_example_production_is_filled_into_s3(s3, tmp_path):
    settings = {"S3_BUCKET": "example", "S3_ENDPOINT": f"http://127.0.0.1:{s3.port}", "S3_ACCESS_KEY_ID": "key", "S3_SECRET_ACCESS_KEY": "secret-of-the-key"}
    (s3.folder / "data/example").mkdir()
    subprocess.run([BIN, "demo", "--data", tmp_path / "data"], env={**os.environ, **settings}, check=True, capture_output=True, timeout=120)
    running = Server(tmp_path, **settings)
    try:
        home = tmp_path / "home"
        home.mkdir()
        client = Cli(running, home, "demo")
        client.run("get", "char_heimdall/model", "-o", tmp_path / "out", "--deps")
        found = hashes(tmp_path / "out")
        assert {"char_heimdall.obj", "char_heimdall.mtl", "preview.svg"} == {path.split("/")[-1] for path in found}
        stored = {sha256(path) for path in (s3.folder / "data/example").glob("*/*") if path.is_file()}
        assert set(found.values()) <= stored
    finally:
        running.stop()


def api(site, method, path, body=None):
    request = urllib.request.Request(f"{site.url}/api/v1{path}", method=method, data=None if body is None else json.dumps(body).encode(),
                                     headers={"Authorization": f"Bearer {site.token}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


def project_id(site, client):
    return api(site, "GET", f"/projects/{client.project}")["id"]
