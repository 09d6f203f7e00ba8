"""What the site survives under load; every acknowledged write is looked for afterwards. BIFROST_CHAOS=long makes it long."""

import json
import os
import random
import subprocess
import time

import pytest

from site_kit import LONG, ROOT, Postgres, Site, Writers, check

WORKERS = os.environ.get("BIFROST_WORKER_CHAOS", str(ROOT / "build/release/tests/worker_chaos"))


@pytest.fixture
def postgres():
    server = Postgres()
    yield server
    server.remove()


def filled(site):
    return site.call("POST", "/api/v1/projects", {"code": "chaos", "name": "Chaos"})["id"]


def begin_workers(database, folder, jobs, kills, workers, lease, length=8, thefts=0):
    folder.mkdir()
    words = [database, folder, jobs, kills, workers, lease, length, thefts]
    return subprocess.Popen([WORKERS, "run", *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def counts_of(running):
    out, err = running.communicate()
    print("\nworker kills:", out.strip(), err.strip()[-500:])
    assert running.returncode == 0, out + err[-3000:]
    counts = json.loads(out)
    assert counts["lost"] == 0 and counts["committed_twice"] == 0
    return counts


def run_workers(*words, **options):
    return counts_of(begin_workers(*words, **options))


@pytest.fixture(scope="module", autouse=True)
def real_lease(tmp_path_factory):
    """A worker with the real lease of 30 s that is killed while the other tests run: it takes that long, and hardly any work."""
    server = Postgres()
    running = begin_workers(server.url, tmp_path_factory.mktemp("lease") / "files", 40, 1, 1, 30_000, length=1_000)
    yield running
    running.kill()
    running.wait()
    server.remove()


def test_jobs_of_killed_workers_are_done_once_on_postgresql(postgres, tmp_path):
    jobs, kills = (20_000, 1_000) if LONG else (600, 30)
    assert run_workers(postgres.url, tmp_path / "files", jobs, kills, 4, 1000)["run_again"] > 0


def test_jobs_of_killed_workers_are_done_once_on_sqlite(tmp_path):
    run_workers(f"sqlite:{tmp_path / 'jobs.db'}", tmp_path / "files", 2_000 if LONG else 200, 100 if LONG else 10, 2, 1000)


@pytest.mark.parametrize("shape", ["sqlite", "postgresql"])
def test_jobs_that_two_workers_are_given_are_committed_by_one(shape, tmp_path, request):
    database = request.getfixturevalue("postgres").url if shape == "postgresql" else f"sqlite:{tmp_path / 'jobs.db'}"
    jobs, thefts = (2_000, 400) if LONG else (80, 16)
    counts = run_workers(database, tmp_path / "files", jobs, 0, 3, 5_000, length=300, thefts=thefts)
    assert counts["stolen"] > 0 and counts["run_again"] > 0, counts


@pytest.mark.parametrize("shape", ["sqlite", "postgresql"])
def test_killed_servers_keep_every_acknowledged_write(shape, tmp_path, request):
    database = request.getfixturevalue("postgres").url if shape == "postgresql" else None
    site = Site(tmp_path, database)
    project = filled(site)
    writers = Writers(site, project)
    kills = (50 if shape == "sqlite" else 100) if LONG else 5
    for _ in range(kills):
        writers.wait_for_more(random.randint(5, 30))
        site.kill()
        site.start()
    writers.wait_for_more(10)
    writers.stop()
    print(f"\nserver kills on {shape}: {kills}:", check(site, project, writers))
    site.stop()


def test_a_database_that_is_stopped_at_once_keeps_every_acknowledged_write(postgres, tmp_path):
    site = Site(tmp_path, postgres.url)
    project = filled(site)
    writers = Writers(site, project)
    stops = 20 if LONG else 2
    for _ in range(stops):
        writers.wait_for_more(random.randint(20, 60))
        postgres.stop()
        time.sleep(random.uniform(0, 0.5))
        postgres.start()
    writers.wait_for_more(20)
    writers.stop()
    print(f"\nimmediate stops of PostgreSQL: {stops}:", check(site, project, writers))
    site.stop()


def test_a_killed_worker_is_replaced_within_40_seconds_of_real_leases(real_lease):
    counts = counts_of(real_lease)
    assert counts["run_again"] > 0 and 20 < counts["replaced_after"] <= 40, counts
