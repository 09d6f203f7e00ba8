"""A library of thousands of files brought in, of copying and hashing them."""
import json
import pathlib
import subprocess
import time

from bench_site import ROOT, Site, folder
from bench_table import note, row, timed


def library(base):
    """The files of Debian's supertuxkart-data, unpacked into `base`."""
    here = pathlib.Path("/usr/share/games/supertuxkart/data")
    if here.exists():
        return here
    kept = ROOT / "build/supertuxkart"
    if not (kept / "usr/share/games/supertuxkart/data").exists():
        kept.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "supertuxkart-data"], check=True, cwd=kept, stdout=subprocess.DEVNULL)
        subprocess.run(["dpkg", "-x", str(next(kept.glob("*.deb"))), str(kept)], check=True)
    return kept / "usr/share/games/supertuxkart/data"


def ingest():
    with folder() as base:
        source = library(base)
        timed("sh", "-c", f"find {source} -type f -print0 | xargs -0 cat")  # both sides read from a warm cache
        cp = timed("cp", "-r", source, base / "copy")
        sync = timed("sync", "-f", base / "copy")
        hashes = timed("sh", "-c", f"find {source} -type f -print0 | xargs -0 sha256sum")
        site = Site(base)
        site.call("POST", "/api/v1/projects", {"code": "stk", "name": "SuperTuxKart", "kind": "library"})
        arguments = ["ingest", source, "--project", "stk", "--rules", ROOT / "examples/supertuxkart/rules.yaml", "--output", "json"]
        start = time.perf_counter()
        counts = json.loads(site.command(*arguments).stdout)
        first = time.perf_counter() - start
        row("ingest of supertuxkart-data, of cp + sync + sha256sum", first / (cp + sync + hashes), 1.5, "less")
        start = time.perf_counter()
        again = json.loads(site.command(*arguments).stdout)
        second = time.perf_counter() - start
        row("  the second time, of sha256sum", second / hashes, 0.4, "less")
        note(f"cp {cp:.2f} s, sync {sync:.2f} s, sha256sum {hashes:.2f} s, ingest {first:.2f} s and {second:.2f} s")
        note(f"first {counts}; second {again}")
        site.stop()
