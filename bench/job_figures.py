"""Jobs of pgbench with the same transactions, their wake-up, and the long run of the faults."""
import os
import subprocess
import sys

from bench_site import ROOT, Postgres, folder
from bench_table import note, row

JOB = ROOT / "bench/job.sql"


def jobs():
    subprocess.run([ROOT / "dev", "__build", "release", "bifrost_jobs_bench"], check=True)
    program = ROOT / "build/release/bench/bifrost_jobs_bench"
    with folder() as base:
        (base / "pg").mkdir()
        postgres = Postgres(base / "pg")
        measure = lambda what, amount: float(subprocess.run([program, postgres.url, what, str(amount)], check=True, capture_output=True, text=True).stdout)
        measure("one", 1)  # the schema, and a first warmth
        once = postgres.pgbench(JOB, clients=1, seconds=8)
        postgres.sql("delete from job")
        one = measure("one", 8)
        row("jobs, enqueue to done, one by one, durable, of pgbench", one / once, 0.5, "more")
        cpu = postgres.cpu()
        groups = measure("groups", 8)
        row("jobs a second, enqueued, claimed and finished in groups of 500", groups, 5000, "more")
        note(f"pgbench {once:.0f}/s, one by one {one:.0f}/s; in groups PostgreSQL takes {(postgres.cpu() - cpu) / groups / 8 * 1000:.3f} ms of CPU a job")
        note(f"a backlog through one worker with 64 threads: {measure('workers', 6):.0f}/s")
        postgres.sql("delete from job")
        row("wake-up of another process, ms (median of 300)", measure("wake", 300), 5, "less")
        postgres.stop()


def chaos():
    """The long run of tests/chaos: its counts are printed, and anything wrong fails it."""
    subprocess.run([ROOT / "dev", "__build", "release", "worker_chaos"], check=True)
    python = ROOT / "build/venv-tests/bin/python"
    subprocess.run([python if python.exists() else sys.executable, "-m", "pytest", "-q", ROOT / "tests/chaos"], check=True, cwd=ROOT, env={**os.environ, "BIFROST_CHAOS": "long"})
