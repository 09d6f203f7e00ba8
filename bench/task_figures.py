"""Figures of tasks and history: 10,000 tasks changed by one request, and a page of a long history."""
import time

from bench_site import Postgres, Site, folder

MANY = 10_000
AT_ONCE = 1_000


def make_tasks(site):
    """A task on each of as many assets; their ids."""
    ids = []
    for at in range(0, MANY, AT_ONCE):
        def made(path, bodies):
            operations = [{"op": "create", "path": path, "body": body} for body in bodies]
            return [one["id"] for one in site.call("POST", "/api/v1/batch", {"operations": operations})[0]["results"]]
        assets = made("/projects/bench/assets", [{"code": f"asset_{i:05}", "name": f"Asset {i}", "type": "prop"} for i in range(at, at + AT_ONCE)])
        ids += made("/projects/bench/tasks", [{"entity_id": one, "task_type": "modeling"} for one in assets])
    return ids


def bulk(site, ids, change):
    start = time.perf_counter()
    answer, _ = site.call("POST", "/api/v1/projects/bench/bulk", {"kind": "task", "ids": ids, **change})
    seconds = time.perf_counter() - start
    assert sum(one["changed"] for one in answer["data"]) == len(ids), answer
    return seconds


def history(site):
    """Milliseconds of a page of an asset that was changed as many times; the median of 9."""
    asset, _ = site.call("POST", "/api/v1/projects/bench/assets", {"code": "changing", "name": "0", "type": "prop"})
    path = f"/assets/{asset['id']}"
    for at in range(0, MANY, AT_ONCE):
        operations = [{"op": "update", "path": path, "body": {"name": f"Name {i}"}} for i in range(at, at + AT_ONCE)]
        site.call("POST", "/api/v1/batch", {"operations": operations})
    times = []
    for _ in range(9):
        start = time.perf_counter()
        answer, _ = site.call("GET", f"/api/v1{path}/history?limit=100")
        times.append((time.perf_counter() - start) * 1000)
    assert len(answer["data"]) == 100
    return sorted(times)[4]


def measure(site, row, on):
    site.call("POST", "/api/v1/projects", {"code": "bench", "name": "Bench"})
    ids = make_tasks(site)
    row(f"{MANY:,} tasks moved by one request, {on}, seconds", bulk(site, ids, {"transition": {"to": "in_progress"}}), 2, "less")
    row(f"  their priority set, {on}, seconds", bulk(site, ids, {"set": {"priority": "high"}}), 2, "less")
    row(f"a page of a history of {MANY:,} changes, {on}, ms", history(site), 20, "less")


def tasks(row):
    with folder() as base:
        site = Site(base)
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
