"""A restore drill proves the newest backup, and fails for one that is damaged, unfinished, too old or not there."""

import hashlib
import json
import os
import re
import subprocess

import pytest
from conftest import BIN


@pytest.fixture
def backups(tmp_path):
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}

    def run(*words, expect=0):
        done = subprocess.run([BIN, *map(str, words)], env=environment, capture_output=True, text=True, cwd=tmp_path, timeout=120)
        assert done.returncode == expect, f"{words}: {done.returncode} {done.stdout} {done.stderr}"
        return done.stdout

    run("migrate", "up", "--data", "site")
    run("user", "create", "--code", "ann", "--name", "Ann", "--data", "site")
    run("backup", "backups/one", "--data", "site")
    (tmp_path / "scratch").mkdir()
    run.folder = tmp_path
    return run


def drill(backups, expect=0, *more):
    text = backups("drill", "backups", "--scratch", "scratch", "--output", "json", *more, expect=expect)
    assert list((backups.folder / "scratch").iterdir()) == [], "nothing is left behind"
    return json.loads(text)


def metrics(path):
    return dict(re.findall(r"^(bifrost_\w+) (\S+)$", path.read_text(), re.M))


def test_the_newest_backup_comes_back_and_its_age_is_told(backups):
    backups("user", "create", "--code", "bob", "--name", "Bob", "--data", "site")
    backups("backup", "backups/two", "--data", "site")
    found = drill(backups, 0, "--metrics", "drill.prom")
    assert found["state"] == "passed" and found["backup"].endswith("two") and found["rows"] > 0
    assert 0 <= found["age_seconds"] < 3600
    told = metrics(backups.folder / "drill.prom")
    assert float(told["bifrost_restore_drill_passed"]) == 1
    assert set(told) == {f"bifrost_restore_drill_{name}" for name in ("timestamp_seconds", "passed", "duration_seconds", "backup_age_seconds", "bytes")}


def test_a_damaged_backup_fails_the_drill(backups):
    table = next((backups.folder / "backups/one/tables").glob("user_account.ndjson"))
    table.write_bytes(table.read_bytes().replace(b"Ann", b"Ape"))
    found = drill(backups, 1, "--metrics", "drill.prom")
    assert found["state"] == "failed" and "user_account" in found["detail"]
    assert float(metrics(backups.folder / "drill.prom")["bifrost_restore_drill_passed"]) == 0


def test_an_unfinished_backup_is_none(backups):
    (backups.folder / "backups/one/manifest.json").unlink()
    found = drill(backups, 1)
    assert found["state"] == "failed" and "no finished backup" in found["detail"]


def test_a_folder_that_is_not_there_is_named(backups):
    text = backups("drill", "nowhere", "--scratch", "scratch", "--output", "json", expect=1)
    assert "nowhere" in json.loads(text)["detail"]


def test_an_old_backup_fails_the_drill_even_when_it_is_whole(backups):
    manifest = backups.folder / "backups/one/manifest.json"
    first = manifest.read_text().splitlines()[0]
    old = re.sub(r'"created_at":"20\d\d', '"created_at":"2020', first)
    assert old != first
    manifest.write_text(old + "\n" + hashlib.sha256(old.encode()).hexdigest() + "\n")
    found = drill(backups, 1)
    assert found["state"] == "too_old" and "hours old" in found["detail"]
