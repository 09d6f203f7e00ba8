"""What the production shape survives under load when one of its parts fails; every acknowledged write is looked for afterwards. BIFROST_CHAOS=long makes it long."""

import contextlib
import hashlib
import os
import random
import signal
import subprocess
import time

import pytest

from site_kit import LONG
from stack_kit import BadLine, ChaosStack, OwnReaders, Publishers

ROOT_USER = os.geteuid() == 0


@contextlib.contextmanager
def running(make=ChaosStack, **options):
    stack = make(**options)
    try:
        yield stack
    except BaseException:
        print(stack.log())
        raise
    finally:
        stack.stop()


@pytest.fixture(scope="module")
def stack():
    with running() as made:
        yield made


def until(condition, what, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: waited in vain"
        time.sleep(0.02)


def test_a_replica_that_stands_still_or_lags_gives_nobody_an_older_state_than_their_own(stack):
    pauses, seconds, least = (3, 10, 100_000) if LONG else (1, 2, 1_000)
    by_replica = stack.reads_by("replica_1")
    readers = OwnReaders(stack, stack.project("lag"), reads_a_write=20 if LONG else 4)
    for _ in range(pauses):
        readers.wait_for_more(100)
        stack.replica_sql("select pg_wal_replay_pause()")
        time.sleep(seconds)  # the fault's own length
        readers.wait_for_more(20)
        stack.replica_sql("select pg_wal_replay_resume()")
        readers.wait_for_more(100)
        stack.replica_sql("alter system set recovery_min_apply_delay = '300ms'")
        stack.replica_sql("select pg_reload_conf()")
        readers.wait_for_more(100)
        stack.replica_sql("alter system reset recovery_min_apply_delay")
        stack.replica_sql("select pg_reload_conf()")
    readers.wait_for_reads(least)
    readers.stop()
    counts = readers.check()
    by_replica = stack.reads_by("replica_1") - by_replica
    print(f"\nreplica paused {pauses} times for {seconds} s and lagging:", {**counts, "by_replica": by_replica})
    assert by_replica > 0


def test_redis_that_is_killed_frozen_and_flushed_costs_nothing_but_speed(stack):
    turns = 30 if LONG else 2
    readers = OwnReaders(stack, stack.project("redis"))
    for _ in range(turns):
        readers.wait_for_more(random.randint(20, 60))
        stack.flush_redis()
        readers.wait_for_more(random.randint(20, 60))
        stack.redis.signal(signal.SIGSTOP)
        readers.wait_for_more(random.randint(20, 60))
        stack.redis.signal(signal.SIGCONT)
        stack.redis.kill()
        readers.wait_for_more(random.randint(20, 60))
        stack.redis.start()
    readers.wait_for_more(60)
    readers.stop()
    print(f"\nRedis flushed, frozen and killed {turns} times each:", readers.check())


def test_api_processes_that_are_killed_in_turn_are_not_missed(stack):
    kills = 100 if LONG else 4
    readers = OwnReaders(stack, stack.project("killed"))
    for turn in range(kills):
        readers.wait_for_more(random.randint(10, 30))
        victim = stack.apis[turn % 2]
        victim.kill()
        readers.wait_for_more(random.randint(5, 20))
        victim.start()
    readers.wait_for_more(60)
    readers.stop()
    print(f"\nAPI processes killed {kills} times behind the proxy:", readers.check())


def test_a_primary_that_is_stopped_at_once_keeps_every_acknowledged_write(stack):
    stops = 20 if LONG else 1
    readers = OwnReaders(stack, stack.project("primary"))
    for _ in range(stops):
        readers.wait_for_more(random.randint(40, 100))
        stack.primary.signal(signal.SIGQUIT)  # PostgreSQL's immediate shutdown
        stack.primary.process.wait(60)
        stack.primary.start()
    readers.wait_for_more(100)
    readers.stop()
    print(f"\nimmediate stops of the primary below two API processes: {stops}:", readers.check())


class StackBehindBadLine(ChaosStack):
    """Everybody, the clients too, reaches S3 by the line."""

    def __init__(self, line):
        self.line = line
        super().__init__(environment={"S3_ENDPOINT": line.url})

    def _start_services(self, s3_server):
        super()._start_services(s3_server)
        self.line.target = self.s3_port


def test_s3_that_refuses_is_slow_or_cuts_off_in_mid_part_loses_and_damages_nothing(tmp_path):
    turns, size = (10, 20_000_000) if LONG else (1, 3_000_000)
    line = BadLine()
    try:
        with running(StackBehindBadLine, line=line) as stack:
            stack.project("line")
            publishers = Publishers(stack, "line", tmp_path, size=size)
            for mode in BadLine.MODES * turns:
                publishers.wait_for_more(1)
                struck, line.mode = line.struck[mode], mode
                until(lambda: line.struck[mode] >= struck + 5 or publishers.faults, mode)
                line.mode = "good"
            publishers.wait_for_more(2)
            publishers.stop()
            print(f"\nS3 refusing, slow and cut off {turns} times each:", {**publishers.check(), "struck": line.struck})
    finally:
        line.stop()


class SharedFolder:
    """Where the cache and the projects lie, which can be full, read-only or away."""

    def __init__(self, folder):
        self.root = folder / "shared"
        self.root.mkdir()
        if ROOT_USER:  # a small disk of its own; others get what they may make: no writing, no folder
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "bifrost-chaos", self.root], check=True)
        self.places = [self.root / "cache", self.root / "projects"]
        for place in self.places:
            place.mkdir()
        self.faults = ("full", "read_only", "gone") if ROOT_USER else ("read_only", "gone")

    def remount(self, options):
        subprocess.run(["mount", "-o", f"remount,{options}", self.root], check=True)

    def begin(self, fault):
        if fault == "full":
            with contextlib.suppress(OSError), open(self.root / "ballast", "wb", buffering=0) as ballast:
                while True:
                    ballast.write(bytes(65_536))
        elif fault == "gone":
            for place in self.places:
                place.rename(place.with_suffix(".away"))
        elif ROOT_USER:
            self.try_until_free("ro")
        else:
            for place in self.places:
                place.chmod(0o555)

    def try_until_free(self, options):
        """A disk with a file open for writing can't be made read-only: tried between two writes."""
        end = time.monotonic() + 60
        while True:
            try:
                return self.remount(options)
            except subprocess.CalledProcessError:
                assert time.monotonic() < end
                time.sleep(0.001)

    def end(self, fault):
        if fault == "full":
            (self.root / "ballast").unlink()
        elif fault == "gone":
            for place in self.places:
                if place.exists():  # the cache's may have been made again
                    place.rename(place.with_suffix(f".new{time.monotonic_ns()}"))
                place.with_suffix(".away").rename(place)
        elif ROOT_USER:
            self.remount("rw")
        else:
            for place in self.places:
                place.chmod(0o755)

    def remove(self):
        if ROOT_USER:
            subprocess.run(["umount", "-l", self.root], check=True)


def test_a_shared_folder_that_is_full_read_only_or_gone_fails_nobody_and_is_caught_up_with(tmp_path):
    turns = 10 if LONG else 1
    shared = SharedFolder(tmp_path)
    try:
        cache, projects = map(str, shared.places)
        with running(environment={"SHARED_CACHE_ROOT": cache, "PROJECTS_ROOT": projects}) as stack:
            stack.project("share")
            publishers = Publishers(stack, "share", tmp_path, size=40_000)
            for fault in shared.faults * turns:
                publishers.wait_for_more(2)
                shared.begin(fault)
                publishers.wait_for_more(2)  # nobody is failed, nobody waits
                address, sha256 = random.choice(list(publishers.published.items()))
                publishers.cli("get", address, "-o", tmp_path / f"{fault}{time.monotonic_ns()}", check=True)
                shared.end(fault)
            publishers.wait_for_more(2)
            publishers.stop()
            counts = publishers.check()
            placed = catch_up(stack, publishers, shared.places[1])
            print(f"\nshared folder full, read-only and gone {turns} times each:", {**counts, "placed": placed})
    finally:
        shared.remove()


def catch_up(stack, publishers, projects):
    """What could not be put at its path while the folder failed is put there by the same jobs; how many versions lie there."""

    def waiting():
        jobs = stack.call("GET", "/api/v1/jobs?kind=materialise&limit=1000")["data"]
        for job in jobs:
            if job["state"] in ("failed", "dead"):
                with contextlib.suppress(Exception):  # it has just begun by itself
                    stack.call("POST", f"/api/v1/jobs/{job['id']}/retry")
        return [job for job in jobs if job["state"] != "done"]

    def lying():
        return {hashlib.sha256(path.read_bytes()).hexdigest() for path in projects.rglob("*.bin") if ".making" not in path.parts}

    wanted = set(publishers.published.values())
    until(lambda: not waiting() and wanted <= lying(), "published versions at their paths")
    return len(wanted)
