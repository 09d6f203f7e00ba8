"""ingest of a small generated production."""

import os
import signal
import time

import pytest

from kit import hashes, query, wait_for, write

RULES = """
ignore: ['**/*.tmp']
assets:
  - match: 'karts/{kart}/**'
    type: vehicle
    code: 'kart_{kart}'
    name: '{kart|title}'
    tags: [kart]
    product: model
    files:
      - {match: '*.png', role: texture, representation: images, format: png}
  - {match: 'tracks/{track}/**', type: environment, code: 'track_{track}', product: scene}
  - {match: 'textures/*', type: texture, code: textures, product: texture}
references:
  - {files: '**.xml', reader: xml, values: '**.{png,xml}', to: ['{folder}/{value}', 'textures/{value}', 'karts/{value}']}
"""


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "tree"
    write(root / "textures/wood.png", "wood")
    write(root / "textures/stone.png", "stone")
    write(root / "karts/gnu/kart.xml", '<kart icon="icon.png" body="wood.png"/>')
    write(root / "karts/gnu/icon.png", "icon")
    write(root / "karts/tux/kart.xml", '<kart icon="icon.png"/>')
    write(root / "karts/tux/icon.png", "icon")
    write(root / "tracks/abyss/scene.xml", '<scene ground="stone.png"><kart file="gnu/kart.xml"/><lost file="nowhere.png"/></scene>')
    write(root / "tracks/abyss/junk.tmp", "junk")
    # What lies long enough back is trusted without reading it again.
    for path in root.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    time.sleep(0.1)
    return root


@pytest.fixture
def rules(tmp_path):
    return write(tmp_path / "rules.yaml", RULES)


def counts_of_objects(server):
    return query(server, "select (select count(*) from object), (select count(*) from upload), (select count(*) from version)")


def test_a_folder_comes_in_whole_and_a_second_time_nothing_happens(cli, server, tree, rules):
    first = cli.json("ingest", tree, "--rules", rules)
    expected = {"assets": 4, "versions": 4, "files": 7, "dependencies": 3, "unchanged": 0, "bytes": sum(p.stat().st_size for p in tree.rglob("*") if p.is_file()) - 4}
    assert {key: first[key] for key in expected} == expected
    assert first["objects_stored"] + first["objects_reused"] == 7
    assert first["unresolved_references"] == 1

    before = counts_of_objects(server)
    second = cli.json("ingest", tree, "--rules", rules)
    assert {key: second[key] for key in ("assets", "versions", "files", "bytes", "objects_stored", "objects_reused", "dependencies")} == dict.fromkeys(
        ("assets", "versions", "files", "bytes", "objects_stored", "objects_reused", "dependencies"), 0)
    assert (second["unchanged"], second["files_hashed"]) == (4, 0)
    assert counts_of_objects(server) == before

    gnu = cli.json("asset", "show", "kart_gnu")
    assert (gnu["name"], gnu["type"], gnu["tags"]) == ("Gnu", "vehicle", ["kart"])
    cli.run("get", "track_abyss/scene", "--deps", "-o", tree.parent / "out")
    got = hashes(tree.parent / "out")
    assert {"scene.xml", "kart_gnu/model/v001/kart.xml", "textures/texture/v001/wood.png"} <= set(got)
    original = hashes(tree)
    assert got["kart_gnu/model/v001/icon.png"] == original["karts/gnu/icon.png"] and got["scene.xml"] == original["tracks/abyss/scene.xml"]


def test_one_changed_file_is_one_version_and_one_object(cli, server, tree, rules):
    cli.run("ingest", tree, "--rules", rules)
    before = counts_of_objects(server)
    write(tree / "textures/stone.png", f"harder stone {cli.project}")
    changed = cli.json("ingest", tree, "--rules", rules)
    assert (changed["versions"], changed["objects_stored"], changed["files"], changed["unchanged"], changed["assets"]) == (1, 1, 2, 3, 0)
    after = counts_of_objects(server)
    assert (after[0] - before[0], after[2] - before[2]) == (1, 1)
    assert cli.json("version", "show", "textures/texture@latest")["number"] == 2
    # What needed the old one is still pinned to it.
    needs = cli.json("version", "dependencies", "track_abyss/scene")["data"]
    assert any("textures/texture@1" in (one["address"] or "") or one["target_version_id"] for one in needs)


def test_files_that_were_only_touched_or_whose_cache_is_lost_change_nothing(cli, server, tree, rules):
    cli.run("ingest", tree, "--rules", rules)
    before = counts_of_objects(server)
    (tree / "textures/stone.png").touch()
    touched = cli.json("ingest", tree, "--rules", rules)
    assert (touched["versions"], touched["files_hashed"]) == (0, 1)
    fresh = cli.json("ingest", tree, "--rules", rules, BIFROST_CACHE_DIR=str(tree.parent / "other-cache"))
    assert (fresh["versions"], fresh["files_hashed"], fresh["unchanged"]) == (0, 7, 4)
    assert counts_of_objects(server) == before


def test_a_removed_file_is_a_new_version_without_it(cli, tree, rules):
    cli.run("ingest", tree, "--rules", rules)
    (tree / "karts/tux/icon.png").unlink()
    assert cli.json("ingest", tree, "--rules", rules)["versions"] == 1
    assert [one["path"] for one in cli.json("version", "files", "kart_tux/model")["data"]] == ["kart.xml"]


def test_files_that_no_rule_matches_stop_it_before_anything_is_made(cli, tree, rules):
    write(tree / "notes.txt", "x")
    outcome = cli.run("ingest", tree, "--rules", rules, expect=1)
    assert "notes.txt" in outcome.err and len(outcome.err.strip().splitlines()) == 1
    assert cli.json("asset", "list")["data"] == []


def test_rules_that_can_not_be_read_are_told_with_their_line(cli, tree, tmp_path):
    bad = write(tmp_path / "bad.yaml", "assets:\n  - {match: '**', type: prop}\n")
    assert "line 2" in cli.run("ingest", tree, "--rules", bad, expect=1).err
    cli.run("ingest", tree, "--rules", tmp_path / "none.yaml", expect=2)
    cli.run("ingest", tmp_path / "none", expect=2)


def test_a_dry_run_shows_the_plan_and_changes_nothing(cli, server, tree, rules):
    before = counts_of_objects(server)
    plan = cli.json("ingest", tree, "--rules", rules, "--dry-run")
    assert (plan["assets"], plan["versions"], plan["files"]) == (4, 4, 7)
    assert {(one["asset"], one["state"]) for one in plan["plan"]} == {("kart_gnu", "new"), ("kart_tux", "new"), ("textures", "new"), ("track_abyss", "new")}
    assert plan["unresolved"] == ["tracks/abyss/scene.xml: nowhere.png"]
    assert "track_abyss" in cli.run("ingest", tree, "--rules", rules, "--dry-run").out
    assert counts_of_objects(server) == before


def test_circles_between_files_are_opened_with_a_warning(cli, tree, rules):
    write(tree / "karts/gnu/more.xml", '<more rival="tux/kart.xml"/>')
    write(tree / "karts/tux/more.xml", '<more rival="gnu/kart.xml"/>')
    outcome = cli.run("ingest", tree, "--rules", rules, "--output", "json")
    assert "1 dependencies were left out because they would close a cycle" in outcome.err
    assert outcome.json["dependencies"] == 4 and outcome.json["versions"] == 4


def test_without_rules_each_folder_is_an_asset(cli, tree):
    write(tree / "readme.txt", "x")
    counts = cli.json("ingest", tree)
    assert counts["assets"] == 4
    assert {one["code"] for one in cli.json("asset", "list")["data"]} == {"karts", "textures", "tracks", "tree"}
    assert [one["path"] for one in cli.json("version", "files", "karts/files")["data"]][0] == "gnu/icon.png"


def test_a_folder_of_more_than_a_thousand_files_is_one_version(cli, tmp_path):
    for number in range(1100):
        write(tmp_path / f"many/all/{number}", f"file {number} of {cli.project}")
    counts = cli.json("ingest", tmp_path / "many")
    assert (counts["versions"], counts["files"], counts["objects_stored"]) == (1, 1100, 1100)
    assert cli.json("ingest", tmp_path / "many")["unchanged"] == 1


def test_an_ingest_that_was_killed_is_finished_by_the_next(cli, tmp_path):
    root = tmp_path / "big"
    for number in range(60):
        write(root / f"a{number:02}/data.bin", os.urandom(4_000_000))
    process = cli.start("ingest", root)
    wait_for(lambda: process.poll() is not None or cli.json("version", "list", "--limit", "1")["data"])
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    counts = cli.json("ingest", root)
    assert counts["versions"] + counts["unchanged"] == 60
    assert len(cli.json("version", "list")["data"]) == 60
    cli.run("get", "a07/files", "-o", tmp_path / "out")
    assert hashes(tmp_path / "out") == hashes(root / "a07")
