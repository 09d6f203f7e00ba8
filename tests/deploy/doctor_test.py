"""`bifrost doctor --access` and `--deployment`: what they find, and that they say so."""

import json
import os
import re
import sqlite3
import subprocess

import pytest
from conftest import BIN, ROOT

DAY = 86_400_000_000


@pytest.fixture
def site(tmp_path):
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}

    def run(*words, expect=0, **more):
        done = subprocess.run(
            [BIN, *map(str, words), "--data", tmp_path / "data"], env=environment | more, capture_output=True, text=True, cwd=tmp_path, timeout=120
        )
        assert done.returncode == expect, f"{words}: {done.returncode} {done.stdout} {done.stderr}"
        return done.stdout

    run("migrate", "up")
    run("user", "sign-in-link", "owner")
    run.database = tmp_path / "data/bifrost.db"
    return run


def findings(site, *words, expect=0, **more):
    return {one["check"]: one for one in json.loads(site("doctor", *words, "--output", "json", expect=expect, **more))}


def change(site, statement, *values):
    with sqlite3.connect(site.database) as database:
        database.create_collation("C", lambda one, other: (one > other) - (one < other))
        assert database.execute(statement, values).rowcount > 0


def test_a_new_site_has_an_administrator_and_an_open_link(site):
    found = findings(site, "--access")
    assert found["administrators"]["state"] == "ok" and "owner (owner)" in found["administrators"]["detail"]
    assert found["open_links"]["state"] == "warning" and "owner" in found["open_links"]["detail"]
    for check in ("idle_users", "former_members", "former_tokens", "lasting_tokens", "unused_tokens", "whole_tokens", "unled_projects"):
        assert found[check]["state"] == "ok", found[check]


def test_too_many_administrators_are_too_many(site):
    for number in range(6):
        site("user", "create", "--code", f"admin{number}", "--name", "Admin", "--role", "admin")
    found = findings(site, "--access")["administrators"]
    assert found["state"] == "warning" and "7 people may do everything" in found["detail"]


def test_who_has_not_been_seen_for_long_is_named(site):
    site("user", "create", "--code", "ghost", "--name", "Ghost")
    site("user", "create", "--code", "recent", "--name", "Recent")
    change(site, "update user_account set created_at = created_at - ? where code in ('ghost', 'recent')", 100 * DAY)
    assert "ghost" in findings(site, "--access")["idle_users"]["detail"]
    assert findings(site, "--access", "--idle-days", 120)["idle_users"]["state"] == "ok"
    # A script of somebody's that was used counts as its owner.
    site("token", "create", "--user", "recent", "--name", "render")
    change(site, "update api_token set last_used_at = (select created_at from site)")
    assert findings(site, "--access")["idle_users"]["detail"].startswith("ghost (member):")


def test_tokens_that_last_are_unused_or_may_everything_are_named(site):
    site("token", "create", "--user", "owner", "--name", "old-script")
    change(site, "update api_token set expires_at = null, created_at = created_at - ?, last_used_at = null", 200 * DAY)
    found = findings(site, "--access")
    for check in ("lasting_tokens", "unused_tokens", "whole_tokens"):
        assert found[check]["state"] == "warning" and "owner (old-script)" in found[check]["detail"], found[check]
    change(site, "update api_token set revoked_at = 1")
    found = findings(site, "--access")
    for check in ("lasting_tokens", "unused_tokens", "whole_tokens"):
        assert found[check]["state"] == "ok", found[check]


def test_tokens_of_people_who_left_are_named(site):
    site("user", "create", "--code", "gone", "--name", "Gone")
    site("token", "create", "--user", "gone", "--name", "farm")
    change(site, "update user_account set is_active = 0 where code = 'gone'")
    found = findings(site, "--access")
    assert found["former_tokens"]["state"] == "warning" and "gone (farm)" in found["former_tokens"]["detail"]
    assert "gone" not in found["lasting_tokens"]["detail"], "said once"


def test_the_two_questions_exclude_each_other(site):
    site("doctor", "--access", "--deployment", expect=2)


CHECKLIST = (ROOT / "tests/deploy/checklist.txt").read_text().splitlines()


def test_every_line_of_the_checklist_is_answered(site):
    found = findings(site, "--deployment", expect=1)
    assert list(found) == CHECKLIST
    assert {one["state"] for one in found.values()} <= {"yes", "no", "by hand"}
    assert all(one["detail"] for one in found.values())
    assert found["security: secrets are properly managed"]["state"] == "no"
    assert found["high availability: database replication"]["state"] == "no"
    assert found["monitoring: log aggregation is working"]["state"] == "no"


def test_what_production_sets_is_seen(site):
    more = {"ENVIRONMENT": "production", "ALLOWED_ORIGINS": "https://bifrost.example.com"}
    found = findings(site, "--deployment", expect=1, **more)
    assert found["security: secrets are properly managed"]["state"] == "yes"
    assert found["monitoring: log aggregation is working"]["state"] == "yes"
    assert found["security: TLS is configured for all ingress points"]["state"] == "no", "the database is not asked for sslmode=verify-full"


def test_a_replica_that_follows_is_seen(stack):
    done = stack.run("doctor", "--deployment", "--output", "json", check=False)
    found = {one["check"]: one for one in json.loads(done.stdout)}
    assert found["high availability: database replication"]["state"] == "yes", found
    audit = json.loads(stack.run("doctor", "--access", "--output", "json").stdout)
    assert len(audit) == 9 and all(one["state"] in ("ok", "warning") for one in audit)


def test_documents_that_the_answers_name_are_there():
    text = (ROOT / "src/apps/checklist.cpp").read_text()
    for path in set(re.findall(r"(?:docs|deploy)/[\w./-]+", text)):
        assert (ROOT / path.rstrip("/.*")).exists(), path
