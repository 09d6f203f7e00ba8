"""publish and get."""

import json
import signal

import pytest

from kit import Brake, hashes, noise, query, sha256, wait_for, write

MB = 1_000_000


@pytest.fixture
def hero(cli):
    cli.run("asset", "create", "--type", "character", "--code", "char_hero", "--name", "Hero")
    return cli


def test_what_was_published_comes_back_byte_for_byte(hero, tmp_path):
    write(tmp_path / "a.ma", "hello")
    write(tmp_path / "b.png", noise(20 * MB))
    write(tmp_path / "empty", "")
    published = hero.json("publish", f"{hero.project}:char_hero", "model", tmp_path / "a.ma", tmp_path / "b.png", tmp_path / "empty", "-m", "first")
    assert (published["asset"], published["product"], published["version"]) == ("char_hero", "model", 1)
    assert published["files"] == [{"path": name, "size": (tmp_path / name).stat().st_size, "sha256": sha256(tmp_path / name)} for name in ("a.ma", "b.png", "empty")]
    got = hero.json("get", "char_hero/model@1", "-o", tmp_path / "out")
    assert [(one["path"], one["sha256"]) for one in got["files"]] == [(one["path"], one["sha256"]) for one in published["files"]]
    assert hashes(tmp_path / "out") == {one["path"]: one["sha256"] for one in published["files"]}


def test_the_next_version_has_the_next_number_and_equal_bytes_are_not_sent_again(hero, tmp_path, server):
    write(tmp_path / "a", noise(MB))
    hero.run("publish", "char_hero", "model", tmp_path / "a")
    assert hero.json("publish", "char_hero", "model", tmp_path / "a")["version"] == 2
    assert query(server, "select count(*) from object where sha256 = ?", sha256(tmp_path / "a")) == (1,)


def test_folders_keep_their_paths_and_representations_their_files(hero, tmp_path):
    write(tmp_path / "set/usd/scene.usd", "usd")
    write(tmp_path / "set/tex/wood.png", "png")
    published = hero.json("publish", "char_hero", "model", tmp_path / "set", "--representation", "usd=**.usd")
    assert [one["path"] for one in published["files"]] == ["set/tex/wood.png", "set/usd/scene.usd"]
    assert {one["path"]: one["representation"] for one in hero.json("version", "files", "char_hero/model")["data"]} == {"set/tex/wood.png": "main", "set/usd/scene.usd": "usd"}
    assert "No file matches" in hero.run("publish", "char_hero", "model", tmp_path / "set", "--representation", "abc=*.abc", expect=2).err


def test_publish_waits_for_the_preview_and_says_what_became_of_it(hero, tmp_path):
    head = b"\x89PNG\r\n\x1a\n"
    write(tmp_path / "broken.png", head + b"no picture")
    write(tmp_path / "dot.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'><rect width='8' height='8'/></svg>")
    write(tmp_path / "notes.txt", "nothing to see")
    for name, state, words in (("broken.png", "failed", "no preview: The picture can't be read"), ("dot.svg", "ready", "its preview is ready"), ("notes.txt", "none", "nothing to see")):
        assert words in hero.run("publish", "char_hero", "model", tmp_path / name, "--wait").out
        published = hero.json("publish", "char_hero", "model", tmp_path / name, "--wait")
        assert published["preview_state"] == state
        assert (published["preview_error"] is None) == (state != "failed")
        assert "preview_state" not in hero.json("publish", "char_hero", "model", tmp_path / name)


def test_more_than_a_thousand_files_are_one_version(hero, tmp_path):
    for number in range(1205):
        write(tmp_path / f"seq/{number:04}.txt", f"frame {number}")
    published = hero.json("publish", "char_hero", "cache", tmp_path / "seq")
    assert len(published["files"]) == 1205
    hero.run("get", "char_hero/cache", "-o", tmp_path / "out")
    assert hashes(tmp_path / "out/seq") == hashes(tmp_path / "seq")


def test_bad_arguments_publish_nothing(hero, tmp_path):
    write(tmp_path / "x/a", "1")
    write(tmp_path / "y/a", "2")
    assert "Two files would be a" in hero.run("publish", "char_hero", "model", tmp_path / "x/a", tmp_path / "y/a", expect=2).err
    assert "none" in hero.run("publish", "char_hero", "model", tmp_path / "none", expect=1).err
    hero.run("publish", "no_such_asset", "model", tmp_path / "x/a", expect=1)
    hero.run("publish", "char_hero", "model", tmp_path / "x/a", "--depends", "char_hero/none@1", expect=1)
    hero.run("publish", "char_hero", "Mod/el", tmp_path / "x/a", expect=1)
    assert hero.json("version", "list")["data"] == []


def test_what_would_close_a_cycle_is_refused(hero, tmp_path):
    write(tmp_path / "a", "a")
    hero.run("asset", "create", "--type", "texture", "wood")
    hero.run("publish", "wood", "texture", tmp_path / "a")
    # Floating edges reach every version of a product, so that the second one closes the circle.
    hero.run("publish", "char_hero", "model", tmp_path / "a", "--depends", "wood/texture")
    outcome = hero.run("publish", "wood", "texture", tmp_path / "a", "--depends", "char_hero/model", expect=1)
    assert len(outcome.err.strip().splitlines()) == 1 and "cycle" in outcome.err


def test_get_with_dependencies_brings_the_exact_versions_through_every_level(hero, tmp_path):
    for asset, kind in (("wood", "texture"), ("chair", "prop"), ("room", "environment")):
        hero.run("asset", "create", "--type", kind, asset)
    write(tmp_path / "wood.png", "wood one")
    hero.run("publish", "wood", "texture", tmp_path / "wood.png")
    write(tmp_path / "chair.ma", "chair")
    hero.run("publish", "chair", "model", tmp_path / "chair.ma", "--depends", "wood/texture@latest:texture")
    write(tmp_path / "wood.png", "wood two")
    hero.run("publish", "wood", "texture", tmp_path / "wood.png")
    write(tmp_path / "room.ma", "room")
    hero.run("publish", "room", "scene", tmp_path / "room.ma", "--depends", "chair/model", "--depends", "wood/texture@2:texture")

    got = hero.json("get", "room/scene", "-o", tmp_path / "out", "--deps")
    assert sorted(one["path"] for one in got["files"]) == ["chair/model/v001/chair.ma", "room.ma", "wood/texture/v001/wood.png", "wood/texture/v002/wood.png"]
    assert hashes(tmp_path / "out") == {one["path"]: one["sha256"] for one in got["files"]}
    assert (tmp_path / "out/wood/texture/v001/wood.png").read_text() == "wood one"
    hero.run("get", "room", "-o", tmp_path / "whole", "--deps")
    assert (tmp_path / "whole/room/scene/v001/room.ma").read_text() == "room"


def test_a_second_get_takes_from_the_cache_and_links_are_read_only(hero, tmp_path):
    write(tmp_path / "a", noise(MB))
    hero.run("publish", "char_hero", "model", tmp_path / "a")
    assert hero.json("get", "char_hero/model", "-o", tmp_path / "1")["downloaded"] == 1
    assert hero.json("get", "char_hero/model", "-o", tmp_path / "1")["kept"] == 1
    linked = hero.json("get", "char_hero/model", "-o", tmp_path / "2", "--link")
    assert (linked["downloaded"], linked["from_cache"]) == (0, 1)
    assert (tmp_path / "2/a").stat().st_mode & 0o222 == 0
    assert (tmp_path / "2/a").stat().st_nlink == 2
    cached = next((hero.home / ".cache/bifrost/objects").rglob("*" + sha256(tmp_path / "a")))
    cached.chmod(0o644)
    cached.write_bytes(b"damaged")
    assert hero.json("get", "char_hero/model", "-o", tmp_path / "3")["downloaded"] == 1
    assert sha256(tmp_path / "3/a") == sha256(tmp_path / "a")


def test_get_of_what_is_not_there_leaves_nothing(hero, tmp_path):
    for address in ("char_hero/model", "char_hero", "nobody/model@1", "char_hero/model@7", "::::"):
        outcome = hero.run("get", address, "-o", tmp_path / "out", expect=1)
        assert len(outcome.err.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def uploaded_bytes(server):
    """What is really on the disk: files of uploads may be as large as they will be from the beginning."""
    total = 0
    for path in server.data.rglob("*"):
        try:
            total += path.stat().st_blocks * 512 if path.is_file() and "db" not in path.name else 0
        except FileNotFoundError:
            pass
    return total


@pytest.fixture
def brake(hero, server):
    line = Brake(server.url, 120 * MB)
    hero.environment["BIFROST_URL"] = line.url
    yield line
    line.close()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_an_upload_that_was_stopped_goes_on_where_it_was(hero, tmp_path, server, brake, end):
    big = write(tmp_path / "big.bin", noise(300 * MB))
    before = uploaded_bytes(server)
    process = hero.start("publish", "char_hero", "model", big)
    folder = hero.home / ".cache/bifrost/uploads"
    assert brake.held.wait(60), process.communicate()
    wait_for(lambda: list(folder.glob("*.json")) and uploaded_bytes(server) - before > 20 * MB)
    process.send_signal(end)
    out, err = process.communicate(timeout=60)
    brake.release()
    if end == signal.SIGINT:
        assert process.returncode == 1 and "Interrupted" in err
    assert hero.json("version", "list")["data"] == []
    journals = list(folder.glob("*.json"))
    assert len(journals) == 1
    upload = json.loads(journals[0].read_text())["upload_id"]
    published = hero.json("publish", "char_hero", "model", big)
    assert published["version"] == 1 and published["files"][0]["sha256"] == sha256(big)
    assert query(server, "select state from upload where id = ?", upload) == ("complete",)
    assert query(server, "select count(*) from upload where name = 'big.bin' and sha256 = ?", sha256(big)) == (1,)
    assert list(folder.glob("*.json")) == []


def test_an_interrupted_get_leaves_no_part_of_a_file(hero, tmp_path):
    big = write(tmp_path / "big.bin", noise(200 * MB))
    hero.run("publish", "char_hero", "model", big)
    process = hero.start("get", "char_hero/model", "-o", tmp_path / "out")
    wait_for(lambda: process.poll() is not None or list((hero.home / ".cache/bifrost/downloads").glob("*")))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    if process.returncode != 0:
        assert not list((tmp_path / "out").rglob("*")) if (tmp_path / "out").exists() else True
        assert list((hero.home / ".cache/bifrost/downloads").glob("*")) == []
    hero.run("get", "char_hero/model", "-o", tmp_path / "out")
    assert sha256(tmp_path / "out/big.bin") == sha256(big)


def test_a_download_that_was_killed_goes_on(hero, tmp_path):
    big = write(tmp_path / "big.bin", noise(200 * MB))
    hero.run("publish", "char_hero", "model", big)
    downloads = hero.home / ".cache/bifrost/downloads"
    process = hero.start("get", "char_hero/model", "-o", tmp_path / "out")
    wait_for(lambda: process.poll() is not None or any(path.stat().st_size > 0 for path in downloads.glob("*.ranges")))
    process.kill()
    process.communicate(timeout=30)
    assert hashes(tmp_path / "out") in ({}, {"big.bin": sha256(big)})
    hero.run("get", "char_hero/model", "-o", tmp_path / "out")
    assert sha256(tmp_path / "out/big.bin") == sha256(big)
    assert not downloads.exists() or list(downloads.glob("*")) == []
