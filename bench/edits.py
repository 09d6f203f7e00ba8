"""Edits and the breakdown: a 2,000-clip OTIO edit in and again, and the matrix of 1,000 shots × 500 assets."""
import json
import time
import urllib.request

from bench_site import Postgres, Site, folder

CLIPS, SHOTS, ASSETS, CAST = 2_000, 1_000, 500, 20


def timeline(clips=CLIPS):
    """A timeline of sequences of 40 shots."""
    moment = lambda value: {"OTIO_SCHEMA": "RationalTime.1", "value": float(value), "rate": 24.0}
    children = []
    for index in range(clips):
        name = f"sq{index // 40:03}_sh{index % 40 * 10:04}"
        children.append({"OTIO_SCHEMA": "Clip.1", "name": name, "metadata": {}, "effects": [], "markers": [],
                         "media_reference": {"OTIO_SCHEMA": "ExternalReference.1", "target_url": f"file:///plates/{name}.mov", "metadata": {}, "available_range": None},
                         "source_range": {"OTIO_SCHEMA": "TimeRange.1", "start_time": moment(1000), "duration": moment(24 + index % 50)}})
    track = {"OTIO_SCHEMA": "Track.1", "name": "V1", "kind": "Video", "children": children, "metadata": {}, "effects": [], "markers": [], "source_range": None}
    stack = {"OTIO_SCHEMA": "Stack.1", "name": "tracks", "children": [track], "metadata": {}, "effects": [], "markers": [], "source_range": None}
    return json.dumps({"OTIO_SCHEMA": "Timeline.1", "name": "Reel", "metadata": {}, "global_start_time": None, "tracks": stack}).encode()


def send(site, path, data):
    request = urllib.request.Request(site.url + path, method="POST", data=data, headers={"Authorization": f"Bearer {site.token}"})
    start = time.perf_counter()
    with urllib.request.urlopen(request) as answer:
        body = json.loads(answer.read())
    return body, time.perf_counter() - start


def cast(site):
    """Assets, and a casting of 20 of them for each of the 1,000 shots."""
    assets = []
    for first in range(0, ASSETS, 250):
        operations = [{"op": "create", "path": "/projects/matrix/assets", "body": {"code": f"asset_{i:04}", "name": f"Asset {i}", "type": "prop"}} for i in range(first, first + 250)]
        assets += [result["id"] for result in site.call("POST", "/api/v1/batch", {"operations": operations})[0]["results"]]
    shots = site.call("GET", "/api/v1/projects/matrix/shots?limit=1000")[0]["data"]
    for index, shot in enumerate(shots):
        rows = [{"asset_id": assets[(index * 7 + n * 23) % ASSETS], "occurrences": n + 1} for n in range(CAST)]
        site.call("PATCH", f"/api/v1/shots/{shot['id']}/casting", {"add": rows})


def measure(site, row, on):
    site.call("POST", "/api/v1/projects", {"code": "bench", "name": "Bench"})
    data, path = timeline(), "/api/v1/projects/bench/import/edit?format=otio"
    planned, plan_seconds = send(site, path + "&dry_run=true", data)
    assert len(planned["plan"]["new"]) == CLIPS
    _, apply_seconds = send(site, path, data)
    row(f"plan and apply a {CLIPS:,}-clip OTIO edit, {on}, seconds", plan_seconds + apply_seconds, 2, "less")
    again, seconds = send(site, path, data)
    assert again["plan"]["unchanged"] == CLIPS and again["cut"] is None
    row(f"  the same again, {on}, seconds", seconds, 0.5, "less")
    site.call("POST", "/api/v1/projects", {"code": "matrix", "name": "Matrix"})
    send(site, "/api/v1/projects/matrix/import/edit?format=otio", timeline(SHOTS))
    cast(site)
    times = []
    for _ in range(9):
        start = time.perf_counter()
        found, _ = site.call("GET", "/api/v1/projects/matrix/breakdown")
        times.append((time.perf_counter() - start) * 1000)
    assert len(found["assets"]) == ASSETS and len(found["cells"]) == SHOTS * CAST
    row(f"breakdown of {len(found['shots']):,} shots × {ASSETS} assets, {len(found['cells']):,} cells, {on}, ms (median of 9)", sorted(times)[4], 100, "less")


def edits(row):
    with folder() as base:
        (base / "sqlite").mkdir()
        site = Site(base / "sqlite")
        measure(site, row, "SQLite")
        site.stop()
    with folder() as base:
        (base / "postgres").mkdir()
        (base / "site").mkdir()
        postgres = Postgres(base / "postgres")
        site = Site(base / "site", postgres.url)
        measure(site, row, "PostgreSQL")
        site.stop()
        postgres.stop()
