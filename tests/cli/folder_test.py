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
    assert "-> main:" + cli.project + "/lib/char_hero/work" in shown and "1 paths would change" in shown
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
