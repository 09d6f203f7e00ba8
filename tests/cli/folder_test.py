"""Folders: from entities to paths and back, templates, other sites."""

import pathlib

from kit import write


def make_hero(cli, tmp_path):
    cli.run("asset", "create", "--type", "character", "--code", "Char Hero", "--name", "Hero")
    cli.run("publish", "char_hero", "model", write(tmp_path / "hero.ma", "bytes"))


def test_paths_lead_to_entities_and_back(cli, tmp_path):
    make_hero(cli, tmp_path)
    paths = cli.run("path", "char_hero", "char_hero/model@latest").out.splitlines()
    assert paths[0].endswith(f"/{cli.project}/assets/character/char_hero/publish")
    assert paths[1] == paths[0] + "/model/v001"
    found = cli.json("locate", paths[1] + "/hero.ma")["data"][0]
    assert (found["entity_kind"], found["data_type"], found["role"]) == ("asset", "published", "main")
    assert found["version_id"] == cli.json("version", "show", "char_hero/model@1")["id"]
    assert cli.run("locate", paths[0]).out.startswith("asset ")
    assert "No entity" in cli.run("locate", f"{cli.project}/assets/prop/nobody/publish", expect=1).err
    work = cli.run("path", "char_hero", "--type", "work", "--task", "rig", "--workfile", "3", "--extension", "ma").out.strip()
    assert work.endswith("work/rig/char_hero_rig_w003.ma")
    assert "root" in cli.run("path", "char_hero", "--root", "render", expect=1).err


def test_templates_are_previewed_saved_and_reset(cli, tmp_path):
    make_hero(cli, tmp_path)
    pattern = "{project}/lib/{asset}/work[/{task}]"
    shown = cli.run("folder", "set-template", "work", "asset", pattern, "--dry-run").out
    assert "-> main:" + cli.project + "/lib/char_hero/work" in shown and "1 path would change" in shown
    assert "read back" in cli.run("folder", "set-template", "work", "asset", "{project}/{asset}_{task}", "--dry-run", expect=1).err
    assert "/pattern" in cli.run("folder", "set-template", "work", "asset", "{project}/../{asset}", expect=1).err
    cli.run("folder", "set-template", "work", "asset", pattern)
    assert cli.run("path", "char_hero", "--type", "work").out.strip().endswith("/lib/char_hero/work")
    cli.run("folder", "set-template", "work", "asset", "{project}/library/{asset}/work[/{task}]")
    assert "/library/" in cli.run("folder", "templates").out
    cli.run("folder", "reset-template", "work", "asset")
    assert "/library/" not in cli.run("folder", "templates").out
    assert "ships" in cli.run("folder", "reset-template", "work", "asset", expect=1).err


def test_the_tree_and_the_paths_of_other_platforms(cli, tmp_path):
    make_hero(cli, tmp_path)
    assert "char_hero" in cli.run("folder", "tree").out
    assert cli.json("folder", "tree", "char_hero")["data"][0]["code"] == "model"
    path = cli.run("path", "char_hero").out.strip()
    windows = cli.run("folder", "translate", path, "--to-platform", "windows").out.strip()
    assert windows == f"P:\\{cli.project}\\assets\\character\\char_hero\\publish"
    assert cli.run("folder", "translate", windows, "--to-platform", "linux").out.strip() == path
    assert "outside" in cli.run("folder", "translate", "/etc/passwd", "--to-platform", "macos", expect=1).err


def test_drift_is_found_restored_and_undone(cli, tmp_path):
    make_hero(cli, tmp_path)
    folder = cli.run("path", "char_hero/model@1").out.strip()
    made = cli.json("folder", "create", "char_hero", "--type", "work")["data"][0]
    assert made["path"].endswith("/char_hero/work") and made["made"] > 0
    found = cli.json("folder", "scan")
    assert [one["state"] for one in found["data"]] == ["missing"]
    assert "restore" in cli.run("folder", "reconcile", found["id"], "--dry-run").out
    fixes = cli.json("folder", "reconcile", found["id"])["data"]
    assert [(fix["action"], fix["state"]) for fix in fixes] == [("restore", "applied")]
    assert pathlib.Path(folder, "hero.ma").read_text() == "bytes"
    assert cli.json("folder", "scan")["counts"]["unchanged"] == 1
    cli.run("folder", "undo", fixes[0]["id"])
    assert not pathlib.Path(folder, "hero.ma").exists()
    assert "STATE=ACTION" in cli.run("folder", "reconcile", found["id"], "--action", "x", expect=2).err


def test_shots_episodes_and_work_files_have_folders_too(cli, tmp_path):
    cli.run("episode", "create", "EP01")
    cli.run("sequence", "create", "sq010", "--episode", "ep01")
    cli.run("shot", "create", "Sh0010", "--sequence", "ep01/sq010", "--cut-in", "1001", "--cut-out", "1010")
    shot = "ep01/sq010/sh0010"
    cli.run("publish", shot, "anim", write(tmp_path / "anim.ma", "keys"))
    place = cli.run("path", f"{shot}/anim@1").out.strip()
    assert place.endswith(f"/{cli.project}/shots/ep01/sq010/sh0010/publish/anim/v001")
    found = cli.json("locate", place + "/anim.ma")["data"][0]
    assert (found["entity_kind"], found["role"]) == ("shot", "main")
    work = cli.run("path", shot, "--type", "work", "--task", "anim", "--workfile", "12", "--extension", "ma").out.strip()
    assert work.endswith("/shots/ep01/sq010/sh0010/work/anim/sh0010_anim_w012.ma")
    read = cli.json("locate", work)["data"][0]
    assert (read["task"], read["workfile"], read["entity_id"]) == ("anim", 12, found["entity_id"])
    for address, kind in {"ep01": "episode", "ep01/sq010": "sequence"}.items():
        path = cli.run("path", address, "--type", "cache").out.strip()
        assert cli.json("locate", path)["data"][0]["entity_kind"] == kind
    pattern = "{project}/film/[{episode}/]{sequence}/{label}/work"
    assert "1 path would change" in cli.run("folder", "set-template", "work", "shot", pattern, "--dry-run").out
    meeting = cli.run("folder", "set-template", "work", "shot", pattern + "[/{task}]", "--child", "plates", expect=1).err
    assert "could be one path" in meeting  # a task may be named plates
    cli.run("folder", "set-template", "work", "shot", pattern, "--child", "plates", "--child", "ref/images")
    made = cli.json("folder", "create", shot, "--type", "work")["data"][0]
    assert made["path"].endswith("/film/ep01/sq010/Sh0010/work")
    assert pathlib.Path(made["path"], "ref/images").is_dir()
    assert [one["code"] for one in cli.json("folder", "tree", "ep01")["data"]] == ["sq010"]


def test_sites_and_platforms_are_mapped(cli, tmp_path):
    make_hero(cli, tmp_path)
    templates = '[{"data_type": "published", "entity_kind": "asset", "pattern": "{project}/lib/{asset}[/{product}_v{version:04}]"}]'
    cli.run("folder", "set-mapping", "berlin", "--root", "main:linux=/srv/jobs", "--root", "main:windows=J:\\", "--templates", write(tmp_path / "t.json", templates))
    here = cli.run("path", "char_hero/model@1").out.strip()
    there = cli.run("folder", "translate", here, "--to", "berlin", "--to-platform", "windows").out.strip()
    assert there == f"J:\\{cli.project}\\lib\\char_hero\\model_v0001"
    assert cli.run("folder", "translate", there, "--from", "berlin", "--to", "home", "--to-platform", "linux").out.strip() == here
    cli.run("folder", "set-mapping", "berlin", "--root", "main:windows=", "--root", "main:macos=/Volumes/jobs")
    shown = cli.json("folder", "mappings")["data"][0]
    assert shown["roots"]["main"] == {"linux": "/srv/jobs", "macos": "/Volumes/jobs"}
    cli.run("folder", "set-mapping", "home", "--root", "main:linux=/mnt/film")
    assert cli.run("path", "char_hero").out.startswith("/mnt/film/")
    assert "/roots/main/linux" in cli.run("folder", "set-mapping", "berlin", "--root", "main:linux=jobs", expect=1).err
    assert "PLATFORM" in cli.run("folder", "set-mapping", "berlin", "--root", "main", expect=2).err
    cli.run("folder", "remove-mapping", "berlin")
    assert [one["code"] for one in cli.json("folder", "mappings")["data"]] == ["home"]
    assert "no studio mapping" in cli.run("folder", "remove-mapping", "nowhere", expect=1).err


def test_what_was_put_aside_is_listed_and_comes_back(cli, tmp_path):
    make_hero(cli, tmp_path)
    folder = pathlib.Path(cli.run("path", "char_hero/model@1").out.strip())
    stray = write(folder / "notes.txt", "mine")
    found = cli.json("folder", "scan")
    assert cli.json("folder", "findings", found["id"], "--state", "unknown")["data"][0]["path"].endswith("notes.txt")
    cli.run("folder", "reconcile", found["id"], "--action", "unknown=quarantine")
    assert not stray.exists()
    aside = cli.json("folder", "aside")["data"]
    assert [(one["size"], one["is_there"]) for one in aside] == [(4, True)]
    assert cli.json("folder", "fixes", found["id"])["data"][0]["state"] == "applied"
    cli.run("folder", "undo", aside[0]["fix_id"])
    assert stray.read_text() == "mine" and cli.json("folder", "aside")["data"] == []
    assert cli.json("folder", "scans")["data"][0]["id"] == found["id"]
