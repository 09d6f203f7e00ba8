"""Figures of folders: paths of many entities, and a scan against `find`."""
import hashlib
import json
import pathlib
import subprocess
import time
import urllib.request
from datetime import datetime

from bench_site import Site, folder

MANY = 10_000
FILES = 100_000
PER_VERSION = 1_000


def fill(site):
    """A project with as many assets as are asked for at once; their ids."""
    project, _ = site.call("POST", "/api/v1/projects", {"code": "bench", "name": "Bench"})
    ids = []
    for at in range(0, MANY, 1_000):
        operations = [{"op": "create", "path": f"/projects/{project['id']}/assets",
                       "body": {"code": f"asset_{i:05}", "name": f"Asset {i}", "type": "prop"}} for i in range(at, at + 1_000)]
        answer, _ = site.call("POST", "/api/v1/batch", {"operations": operations})
        ids += [result["id"] for result in answer["results"]]
    return project, ids


def median_ms(turns, what):
    times = []
    for _ in range(turns):
        start = time.perf_counter()
        answer = what()
        times.append((time.perf_counter() - start) * 1000)
    return sorted(times)[turns // 2], answer


def paths(site, row, project, ids, name):
    at = f"/api/v1/projects/{project['id']}/folders"
    items = {"items": [{"entity_id": one, "data_type": "work"} for one in ids]}
    took, (answer, _) = median_ms(5, lambda: site.call("POST", at + "/resolve", items))
    row(f"resolve {MANY:,} entities to paths over HTTP, {name}, ms", took, 100, "less")
    found = {"paths": [one["path"] for one in answer["data"]]}
    took, (answer, _) = median_ms(5, lambda: site.call("POST", at + "/parse", found))
    assert [one["entity_id"] for one in answer["data"]] == ids
    row(f"parse {MANY:,} paths over HTTP, {name}, ms", took, 100, "less")


def publish_files(site, project, asset):
    """Versions of one and the same small file under many names, published and put on the disk by the server."""
    product, _ = site.call("POST", f"/api/v1/assets/{asset}/products", {"code": "cache"})
    content = b"the same bytes"
    upload, _ = site.call("POST", "/api/v1/uploads", {"project_id": project["id"], "name": "a", "size": len(content)})
    part = upload["parts"][0]
    url = site.url + part["url"] if part["url"].startswith("/") else part["url"]
    request = urllib.request.Request(url, data=content, method="PUT", headers=part.get("headers") or {})
    etag = urllib.request.urlopen(request).headers["ETag"].strip('"')
    site.call("POST", f"/api/v1/uploads/{upload['id']}/complete", {"parts": [{"number": 1, "etag": etag}]})
    sha = hashlib.sha256(content).hexdigest()
    for version in range(FILES // PER_VERSION):
        files = [{"path": f"f{i // 100}/file.{i:05}.bin", "sha256": sha, "size": len(content)} for i in range(PER_VERSION)]
        draft, _ = site.call("POST", f"/api/v1/products/{product['id']}/versions", {"files": files})
        site.call("POST", f"/api/v1/versions/{draft['id']}/publish", {})
    return content


def scan(site, project):
    at = f"/api/v1/projects/{project['id']}/folders/scan"
    asked, _ = site.call("POST", at, {})
    while True:
        found, _ = site.call("GET", f"{at}/{asked['id']}?limit=1")
        if found["finished_at"]:
            job, _ = site.call("GET", f"/api/v1/jobs/{found['job_id']}")
            return found, job
        time.sleep(0.005)


def seconds_of(job):
    times = [datetime.fromisoformat(job[name].replace("Z", "+00:00")) for name in ("started_at", "finished_at")]
    return (times[1] - times[0]).total_seconds()


def scans(site, row, note, project, asset, root):
    content = publish_files(site, project, asset)
    top = pathlib.Path(root) / "bench/assets/prop/asset_00000/publish/cache"
    for version in range(1, FILES // PER_VERSION + 1):
        for i in range(PER_VERSION):
            path = top / f"v{version:03}/f{i // 100}"
            if i % 100 == 0:
                path.mkdir(parents=True)
            (path / f"file.{i:05}.bin").write_bytes(content)
    first, job = scan(site, project)
    note(f"first scan, every byte read: {seconds_of(job):.2f} s, {json.dumps(first['counts'])}")
    ours, theirs = [], []
    for _ in range(5):
        found, job = scan(site, project)
        assert found["counts"]["unchanged"] == FILES and found["counts"]["read"] == 0, found["counts"]
        ours.append(seconds_of(job))
        start = time.perf_counter()
        subprocess.run(["find", str(pathlib.Path(root) / "bench"), "-printf", "%p %s %T@ %i\\n"], check=True, stdout=subprocess.DEVNULL)
        theirs.append(time.perf_counter() - start)
    ours, theirs = sorted(ours)[2], sorted(theirs)[2]
    note(f"unchanged scan {ours:.3f} s, find -printf {theirs:.3f} s")
    row(f"scan of {FILES:,} unchanged files, of find -printf", ours / theirs, 2, "less")


def run(row, note):
    with folder() as base:
        # Without PROJECTS_ROOT the disk is a folder of the site, and nothing but this script puts files there.
        site = Site(base)
        try:
            project, ids = fill(site)
            paths(site, row, project, ids, "SQLite")
            scans(site, row, note, project, ids[0], site.data / "projects")
        finally:
            site.stop()
