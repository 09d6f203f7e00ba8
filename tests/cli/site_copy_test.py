"""backup, restore, verify and transfer as commands: beside a server, refused, broken off with kill -9."""

import json
import os
import pathlib
import shutil
import subprocess
import time
import uuid

import pytest

from conftest import BIN
from kit import hashes, query


def bifrost(*arguments, **environment):
    clean = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "S3_BUCKET")}
    return subprocess.run([BIN, *map(str, arguments)], capture_output=True, text=True, timeout=120, env={**clean, **environment})


def told(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def demo(tmp_path):
    data = tmp_path / "demo"
    made = bifrost("demo", "--data", data)
    assert made.returncode == 0, made.stderr
    return data


@pytest.fixture
def postgres_url():
    """An empty database on the suite's PostgreSQL."""
    base = os.environ["BIFROST_TEST_POSTGRES_URL"]
    name = "copy_" + uuid.uuid4().hex[:12]
    psql = lambda text: subprocess.run(["psql", "-q", base, "-c", text], check=True, capture_output=True)
    psql(f"create database {name}")
    yield base.rsplit("/", 1)[0] + "/" + name
    psql(f"drop database {name} with (force)")


def stored(data):
    return set(hashes(data / "store/objects").values())


def test_a_backup_beside_a_server_comes_back_equal(server, tmp_path):
    assert bifrost("project", "create", "backed_up", BIFROST_URL=server.url, BIFROST_TOKEN=server.token).returncode == 0
    backup = told(bifrost("backup", tmp_path / "backup", "--data", server.data, "--output", "json"))
    assert backup["missing"] == []
    assert told(bifrost("verify", "--backup", tmp_path / "backup", "--output", "json"))["id"] == backup["id"]
    back = told(bifrost("restore", tmp_path / "backup", "--data", tmp_path / "back", "--output", "json"))
    assert back["epoch"] == 2 and back["resumed"] is False
    again = bifrost("restore", tmp_path / "backup", "--data", tmp_path / "back")
    assert again.returncode == 1 and "has a site already" in again.stderr
    over = bifrost("restore", tmp_path / "backup", "--data", server.data)
    assert over.returncode == 1 and "server is running" in over.stderr
    moved = bifrost("transfer", "--from", server.data, "--to", tmp_path / "moved")
    assert moved.returncode == 1 and "server is running" in moved.stderr
    assert query(server, "select count(*) from site_copy")[0] == 0


def test_a_changed_backup_is_refused_by_name(demo, tmp_path):
    told(bifrost("backup", tmp_path / "backup", "--data", demo, "--output", "json"))
    victim = next(path for path in sorted((tmp_path / "backup/objects").rglob("*")) if path.is_file())
    victim.write_bytes(victim.read_bytes()[:-1])
    refused = bifrost("restore", tmp_path / "backup", "--data", tmp_path / "back")
    assert refused.returncode == 1 and str(victim) in refused.stderr and "cut" in refused.stderr


def test_verify_names_what_is_damaged_and_missing(demo):
    assert told(bifrost("verify", "--data", demo, "--output", "json"))["bad"] == []
    first, second = [path for path in sorted((demo / "store/objects").rglob("*")) if path.is_file()][:2]
    first.chmod(0o644)
    first.write_bytes(b"x" + first.read_bytes()[1:])
    second.unlink()
    found = bifrost("verify", "--data", demo, "--output", "json")
    assert found.returncode == 1
    assert sorted(one["state"] for one in json.loads(found.stdout)["bad"]) == ["damaged", "missing"]
    assert found.stderr.count("bifrost: object ") == 2
    small = bifrost("verify", "--data", demo, "--budget", "1B", "--output", "json")
    assert json.loads(small.stdout)["objects"] == 1 and small.returncode == 1
    assert bifrost("verify", "--data", demo, "--budget", "soon").returncode == 1


def test_wrong_places_are_told(demo, tmp_path):
    for arguments, said in [
        (("--from", demo, "--to", "postgresql://nobody@127.0.0.1:1/x"), "where its objects lie"),
        (("--from", demo, "--to", demo), "the same"),
        (("--from", tmp_path / "nothing", "--to", tmp_path / "x"), "no site"),
        (("--from", "s3://bucket", "--to", tmp_path / "x"), "named by its database"),
        (("--from", demo, "--to", "mysql://x"), "data folder or by postgresql"),
    ]:
        done = bifrost("transfer", *arguments)
        assert done.returncode == 1 and said in done.stderr, (arguments, done.stderr)
    assert bifrost("transfer").returncode == 2


def test_a_site_moves_to_postgresql_and_back_through_kills(demo, tmp_path, postgres_url):
    there = ["transfer", "--from", demo, "--to", postgres_url, "--to-objects", tmp_path / "pg-data", "--output", "json"]
    for delay in (0.05, 0.12, 0.2, 0.3):
        process = subprocess.Popen([BIN, *map(str, there)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.kill()
        process.wait()
    done = bifrost(*there)
    if "has a site already" not in done.stderr:  # the last one may have been quick enough
        told(done)
    refused = bifrost(*there)
    assert refused.returncode == 1 and "has a site already" in refused.stderr
    assert stored(tmp_path / "pg-data") == stored(demo)
    back = told(bifrost("transfer", "--from", postgres_url, "--from-objects", tmp_path / "pg-data", "--to", tmp_path / "back", "--output", "json"))
    assert back["epoch"] == 3 and back["objects"] > 0
    assert stored(tmp_path / "back") == stored(demo)
    told(bifrost("verify", "--data", tmp_path / "back", "--output", "json"))
    shutil.rmtree(pathlib.Path(tmp_path / "back"))
