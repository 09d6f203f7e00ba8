#!/usr/bin/env python3
"""The figures of the foundation and of production, as ratios against well-known programs in one run.

    ./dev bench                 all of them, but for the long run of the faults
    ./dev bench reads writes    some
    ./dev bench help            what there is
    ./dev bench --markdown      the rows as a Markdown table

Needs wrk and pgbench (installed by ./dev bench). Everything is stored below /var/tmp (BIFROST_BENCH_DIR names another folder), on a real disk.
"""
import sys

import asset_figures
import build_figures
import edits
import folder_figures
import ingest_figures
import job_figures
import live_figures
import preview_figures
import task_figures
import upload_figures
from bench_table import ROWS, note, row

# What is measured under each name, in the order of a whole run.
ALL = {
    "ingest": (ingest_figures.ingest, "a library of 5,249 files brought in, and again, of cp + sync + sha256sum"),
    "reads": (asset_figures.reads, "one asset and a list of 100, of pgbench"),
    "writes": (asset_figures.writes, "one asset with its event and 100 in a batch, of pgbench"),
    "replicas": (asset_figures.replicas, "the share of reads that a replica takes"),
    "cached": (asset_figures.cached, "one asset that is kept, of an nginx file of the same size"),
    "upload": (upload_figures.upload, "64 MB hashed and fsynced, of dd conv=fsync"),
    "s3": (upload_figures.s3, "5 GB to S3, of rclone (BIFROST_BENCH_S3_BYTES names another size)"),
    "memory": (upload_figures.memory, "idle, and while 5 GB go through the program"),
    "jobs": (job_figures.jobs, "one by one and in groups, of pgbench; the wake-up of another process"),
    "chaos": (job_figures.chaos, "the long run of the faults: half an hour, so only when it is named"),
    "start": (build_figures.start, "until the first answered request"),
    "previews": (preview_figures.previews, "4K pictures and the library's, of the bare programs"),
    "folders": (lambda: folder_figures.run(row, note), "paths of 10,000 entities, and a scan of 100,000 files, of find"),
    "edits": (lambda: edits.edits(row), "an edit of 2,000 clips, and the breakdown of 1,000 shots"),
    "tasks": (lambda: task_figures.tasks(row), "10,000 tasks changed by one request, and a page of a long history"),
    "live": (lambda: live_figures.live(row, note), "5,000 listeners and one change, and a task's status, of pgbench"),
    "build": (build_figures.build, "clean release build, and one-file edit to a passing unit test"),
}


def main():
    names = [name for name in sys.argv[1:] if not name.startswith("-")]
    if names in (["help"], ["list"]) or "--help" in sys.argv:
        print("usage: ./dev bench [--markdown] [name…]")
        for name, (_, what) in ALL.items():
            print(f"  {name:10s} {what}")
        return
    unknown = [name for name in names if name not in ALL]
    if unknown:
        sys.exit(f"bench: there is no benchmark '{unknown[0]}'; there are {', '.join(ALL)}")
    for name in names or [name for name in ALL if name != "chaos"]:
        ALL[name][0]()
    if "--markdown" in sys.argv:
        print("\n| what | measured | target | |\n|---|---|---|---|")
        for what, value, target, better, good in ROWS:
            print(f"| {what.strip()} | {value:.3f} | {'≥' if better == 'more' else '≤'} {target:g} | {'met' if good else 'short'} |")


if __name__ == "__main__":
    main()
