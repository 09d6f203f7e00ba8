"""Signing in, exit codes, errors, help and completion."""

import json
import stat
import subprocess

import pytest

from conftest import BIN
from kit import write


def test_a_wrong_token_fails_on_one_line_that_says_how_to_sign_in(cli):
    outcome = cli.run("asset", "list", BIFROST_TOKEN="nonsense", expect=1)
    assert outcome.out == ""
    assert len(outcome.err.strip().splitlines()) == 1
    assert "bifrost login" in outcome.err


def test_an_unknown_project_fails_and_is_named(cli):
    for command in (["asset", "list"], ["ingest", "."], ["search", "x"]):
        outcome = cli.run(*command, "--project", "nowhere", expect=1)
        assert len(outcome.err.strip().splitlines()) == 1, outcome.err


def test_nobody_listening_fails_with_the_address(cli):
    outcome = cli.run("whoami", BIFROST_URL="http://127.0.0.1:1", expect=1)
    assert "127.0.0.1:1" in outcome.err and len(outcome.err.strip().splitlines()) == 1


def test_without_a_site_or_a_sign_in_the_error_says_what_to_do(cli):
    for environment in ({"BIFROST_URL": "", "BIFROST_TOKEN": ""}, {"BIFROST_TOKEN": ""}):
        outcome = cli.run("whoami", expect=1, **environment)
        assert "bifrost login" in outcome.err


@pytest.mark.parametrize("arguments", [
    [], ["nonsense"], ["asset"], ["asset", "nonsense"], ["asset", "show"], ["asset", "list", "--nonsense"], ["asset", "list", "--output", "xml"],
    ["publish", "x"], ["job", "wait"], ["completion", "tcsh"], ["asset", "create", "x"],
])
def test_wrong_usage_is_2(cli, arguments):
    outcome = cli.run(*arguments, expect=2)
    assert outcome.err != ""


def test_usage_that_only_the_command_can_see_is_2_as_well(cli):
    assert "--project" in cli.run("asset", "list", BIFROST_PROJECT="", expect=2).err
    cli.run("asset", "create", "--type", "prop", "rock")
    assert "Nothing to set" in cli.run("asset", "set", "rock", expect=2).err
    assert "takes JSON" in cli.run("asset", "set", "rock", "--metadata", "{", expect=2).err


def test_every_command_has_help(cli):
    def walk(path):
        text = cli.run(*path, "--help").out
        assert "Usage:" in text
        if "Subcommands:" not in text:
            return 1
        names = [line.split()[0] for line in text.split("Subcommands:")[1].splitlines() if line.startswith("  ") and line[2] != " "]
        return sum(walk([*path, name]) for name in names)

    assert walk([]) > 40


def test_completion_is_a_script_that_its_shell_accepts(cli):
    bash = cli.run("completion", "bash").out
    asked = bash + "\nCOMP_WORDS=(bifrost asset cre); COMP_CWORD=2; _bifrost; echo \"${COMPREPLY[@]}\""
    assert subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True).stdout.strip() == "create"
    asked = bash + "\nCOMP_WORDS=(bifrost --url x asset list --ar); COMP_CWORD=5; _bifrost; echo \"${COMPREPLY[@]}\""
    assert subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True).stdout.strip() == "--archived"
    for shell in ("zsh", "fish"):
        assert "ingest" in cli.run("completion", shell).out


def test_signing_in_with_a_password_keeps_a_session_for_its_owner_only(cli, server):
    import urllib.request

    def post(path, body, token=None):
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        request = urllib.request.Request(server.url + path, json.dumps(body).encode() if body is not None else None, headers, method="POST")
        return json.load(urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30))

    code = cli.project[-30:]
    user = post("/api/v1/users", {"code": code, "name": "Mira", "email": f"{code}@example.com"}, server.token)
    link = post(f"/api/v1/users/{user['id']}/sign-in-link", None, server.token)
    post("/api/v1/auth/setup", {"token": link["token"], "password": "correct horse battery"})

    alone = {"BIFROST_URL": "", "BIFROST_TOKEN": ""}
    wrong = cli.run("login", server.url, "--user", code, stdin="wrong\n", expect=1, **alone)
    assert "wrong" in wrong.err
    write(cli.home / "password", "correct horse battery\n")
    cli.run("login", server.url, "--user", code, "--password-file", "password", **alone)
    stored = cli.home / ".config/bifrost/credentials.json"
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    assert code in cli.run("whoami", **alone).out
    cli.run("logout", **alone)
    assert "bifrost login" in cli.run("whoami", expect=1, **alone).err
    cli.run("login", server.url, "--user", f"{code}@example.com", stdin="correct horse battery\n", **alone)
    assert cli.json("whoami", **alone)["user"]["code"] == code


def test_the_program_says_its_version(cli):
    assert subprocess.run([BIN, "--version"], capture_output=True, text=True, check=True).stdout.startswith("bifrost ")
