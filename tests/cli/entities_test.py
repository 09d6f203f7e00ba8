"""Nouns and verbs."""

import json

from kit import write


def test_projects_are_made_changed_archived_and_brought_back(cli):
    shown = cli.json("project", "show", cli.project)
    assert shown["code"] == cli.project
    cli.run("project", "set", cli.project, "--name", "Renamed", "--fps", "24000/1001")
    assert cli.json("project", "show", cli.project)["fps"] == "24000/1001"
    cli.run("project", "archive", cli.project)
    assert cli.project not in [one["code"] for one in cli.json("project", "list")["data"]]
    assert cli.project in [one["code"] for one in cli.json("project", "list", "--archived")["data"]]
    cli.run("project", "restore", cli.project)
    assert cli.project in cli.run("project", "list").out


def test_assets_are_made_listed_and_changed(cli):
    made = cli.json("asset", "create", "--type", "character", "--code", "char_hero", "--name", "Hero", "--tag", "a,b", "--tag", "c")
    assert (made["code"], made["type"], made["tags"]) == ("char_hero", "character", ["a", "b", "c"])
    cli.run("asset", "create", "--type", "prop", "rock")
    assert "char_hero" in cli.run("asset", "list").out
    assert [one["code"] for one in cli.json("asset", "list", "--type", "prop")["data"]] == ["rock"]
    assert [json.loads(line)["code"] for line in cli.run("asset", "list", "--output", "ndjson").out.splitlines()] == ["char_hero", "rock"]
    cli.run("asset", "set", "char_hero", "--name", "Heroine", "--description", "Two\nlines", "--metadata", '{"height": 1.8}')
    shown = cli.json("asset", "show", f"{cli.project}:char_hero")
    assert (shown["name"], shown["metadata"]) == ("Heroine", {"height": 1.8})
    assert cli.json("asset", "show", shown["id"])["code"] == "char_hero"


def test_what_is_refused_names_every_bad_field_on_one_line(cli):
    outcome = cli.run("asset", "create", "--type", "no such type", "--code", "///", "--name", "", expect=1)
    assert len(outcome.err.strip().splitlines()) == 1
    assert "/code:" in outcome.err and "/name:" in outcome.err


def test_a_second_asset_of_one_code_is_refused(cli):
    cli.run("asset", "create", "--type", "prop", "rock")
    assert "rock" in cli.run("asset", "create", "--type", "prop", "rock", expect=1).err


def test_assets_are_archived_and_brought_back(cli):
    cli.run("asset", "create", "--type", "prop", "rock")
    asset = cli.json("asset", "show", "rock")["id"]
    cli.run("asset", "archive", asset)
    assert cli.json("asset", "list")["data"] == []
    assert len(cli.json("asset", "list", "--archived")["data"]) == 1
    cli.run("asset", "restore", asset)
    assert len(cli.json("asset", "list")["data"]) == 1


def test_the_status_moves_along_the_workflow_only(cli):
    cli.run("asset", "create", "--type", "prop", "rock")
    moves = cli.json("asset", "status", "rock")
    to = next(move["to"] for move in moves["data"] if move["open"])
    assert to in cli.run("asset", "status", "rock", to, "-m", "begun").out
    assert cli.json("asset", "show", "rock")["status"] == to
    refused = cli.run("asset", "status", "rock", "no_such_state", expect=1)
    assert len(refused.err.strip().splitlines()) == 1


def test_versions_are_listed_compared_and_labelled(cli, tmp_path):
    cli.run("asset", "create", "--type", "prop", "rock")
    cli.run("publish", "rock", "model", write(tmp_path / "a.txt", "one"), write(tmp_path / "b.txt", "same"), "-m", "first")
    cli.run("publish", "rock", "model", write(tmp_path / "a.txt", "two"), tmp_path / "b.txt", "-m", "second")
    assert [one["number"] for one in cli.json("version", "list", "rock/model")["data"]] in ([1, 2], [2, 1])
    assert len(cli.json("version", "list")["data"]) == 2
    assert [one["path"] for one in cli.json("version", "files", "rock/model@1")["data"]] == ["a.txt", "b.txt"]
    compared = cli.json("version", "compare", "rock/model@1", "rock/model@2")
    assert [one["path"] for one in compared["files"]["changed"]] == ["a.txt"] and compared["files"]["unchanged"] == 1
    assert "changed" in cli.run("version", "compare", "rock/model@1", "rock/model@2").out
    cli.run("version", "set", "rock/model@2", "-m", "better words")
    assert cli.json("version", "show", "rock/model@latest")["comment"] == "better words"
    version = cli.json("version", "show", "rock/model@2")["id"]
    cli.run("version", "archive", version)
    assert cli.json("version", "show", "rock/model@latest")["number"] == 1
    cli.run("version", "restore", version)
    assert [one["code"] for one in cli.json("product", "list", "rock")["data"]] == ["model"]


def test_resolve_impact_and_dependencies_tell_who_uses_what(cli, tmp_path):
    file = write(tmp_path / "a", "x")
    cli.run("asset", "create", "--type", "texture", "wood")
    cli.run("asset", "create", "--type", "prop", "chair")
    cli.run("publish", "wood", "texture", file)
    cli.run("publish", "chair", "model", file, "--depends", "wood/texture@1:texture")
    impact = cli.json("version", "impact", "wood/texture@1")["data"]
    assert any("chair/model@1" in one["address"] for one in impact)
    assert "chair" in cli.run("asset", "impact", "wood").out
    needs = cli.json("version", "dependencies", "chair/model")["data"]
    assert [one["kind"] for one in needs] == ["texture"]
    resolved = cli.json("asset", "resolve", "chair")
    assert resolved["data"][0]["products"][0]["number"] == 1


def test_search_and_events(cli, tmp_path):
    cli.run("asset", "create", "--type", "prop", "--code", "rowing_boat", "--name", "Rowing boat")
    cli.run("publish", "rowing_boat", "model", write(tmp_path / "a", "x"))
    from kit import wait_for
    wait_for(lambda: any(hit["code"] == "rowing_boat" for hit in cli.json("search", "rowing")["data"]))
    assert "rowing_boat" in cli.run("search", "rowing", "boat").out
    actions = [json.loads(line)["action"] for line in cli.run("events", "--output", "ndjson").out.splitlines()]
    assert "asset.created" in actions


def test_watch_shows_what_happens_while_it_runs(cli):
    position = json.loads(cli.run("events", "--output", "ndjson").out.splitlines()[-1])["position"]
    watcher = cli.start("watch", "--kinds", "asset", "--interval", "0.1", "--limit", "1", "--output", "ndjson", "--since", position)
    cli.run("asset", "create", "--type", "prop", "seen")
    out, err = watcher.communicate(timeout=30)
    assert watcher.returncode == 0, err
    assert json.loads(out)["action"] == "asset.created"
