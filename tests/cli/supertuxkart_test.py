"""The real input: thousands of files of a game that other people made (Debian's package supertuxkart-data)."""

import pathlib
import shutil
import subprocess
import time

import pytest

from conftest import ROOT
from kit import hashes, sha256, wait_for, write

RULES = ROOT / "examples/supertuxkart/rules.yaml"
INSTALLED = pathlib.Path("/usr/share/games/supertuxkart/data")
UNPACKED = ROOT / "build/data/supertuxkart-data"


@pytest.fixture(scope="module")
def library():
    """Where the package's data lie: installed, or downloaded and unpacked once below build/."""
    if INSTALLED.is_dir():
        return INSTALLED
    data = UNPACKED / "usr/share/games/supertuxkart/data"
    if not data.is_dir():
        folder = UNPACKED.with_suffix(".download")
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "packages").mkdir(parents=True)
        subprocess.run(["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", "supertuxkart-data"], cwd=folder / "packages", check=True, timeout=600)
        package = next((folder / "packages").glob("supertuxkart-data_*.deb"))
        subprocess.run(["dpkg", "-x", package, folder / "root"], check=True, timeout=600)
        UNPACKED.parent.mkdir(parents=True, exist_ok=True)
        (folder / "root").rename(UNPACKED)
        shutil.rmtree(folder)
    return data


def test_the_library_comes_in_is_found_and_comes_back_equal(cli, library, tmp_path):
    original = {str(path.relative_to(library)): path for path in library.rglob("*") if path.is_file() and not path.is_symlink()}
    began = time.monotonic()
    first = cli.json("ingest", library, "--rules", RULES, timeout=300)
    took = time.monotonic() - began
    print(f"first ingest: {took:.2f} s, {first}")
    assert first["files"] == len(original)
    assert first["bytes"] == sum(path.stat().st_size for path in original.values())
    assert first["dependencies"] > 500
    assets = cli.json("asset", "list")["data"]
    assert len(assets) == first["assets"]
    types = {asset["code"]: asset["type"] for asset in assets}
    for folder, prefix, kind in (("karts", "kart_", "vehicle"), ("tracks", "track_", "environment")):
        for entry in (library / folder).iterdir():
            if entry.is_dir():
                assert types[prefix + entry.name.lower()] == kind

    # Every file of the folder is in exactly one version, with the same hash.
    stored = []
    for version in cli.json("version", "list")["data"]:
        folder = version["source"]["folder"]
        stored += [(folder + "/" + file["path"] if folder else file["path"], file["sha256"]) for file in cli.json("version", "files", version["id"])["data"]]
    assert sorted(stored) == sorted((name, sha256(path)) for name, path in original.items())

    began = time.monotonic()
    second = cli.json("ingest", library, "--rules", RULES)
    print(f"second ingest: {time.monotonic() - began:.2f} s")
    assert (second["versions"], second["objects_stored"], second["files_hashed"]) == (0, 0, 0)
    assert second["unchanged"] == first["versions"]

    wait_for(lambda: any(hit["code"] == "kart_gnu" for hit in cli.json("search", "gnu")["data"]))

    # A track with all that it needs: the textures, the music, the library's plants.
    got = cli.json("get", "track_abyss/scene", "--deps", "-o", tmp_path / "abyss", timeout=300)
    out = hashes(tmp_path / "abyss")
    assert out == {one["path"]: one["sha256"] for one in got["files"]}
    for path in (library / "tracks/abyss").rglob("*"):
        assert out[str(path.relative_to(library / "tracks/abyss"))] == sha256(path)
    assert any(path.startswith("music_subsea/audio/v001/") for path in out)
    known = {sha256(path) for path in original.values()}
    assert set(out.values()) <= known


def test_one_changed_file_makes_one_version_and_one_object(cli, library, tmp_path):
    # A part of the library that a test may write to.
    copy = tmp_path / "data"
    for name in ("karts", "textures", "gfx", "sfx", "models"):
        shutil.copytree(library / name, copy / name)
    first = cli.json("ingest", copy, "--rules", RULES, timeout=300)
    write(copy / "karts/gnu/kart.xml", (copy / "karts/gnu/kart.xml").read_text().replace("Gnu", f"Gnu of {cli.project}", 1))
    changed = cli.json("ingest", copy, "--rules", RULES)
    assert (changed["versions"], changed["objects_stored"], changed["unchanged"]) == (1, 1, first["versions"] - 1)
    assert cli.json("version", "show", "kart_gnu/model@latest")["number"] == 2
