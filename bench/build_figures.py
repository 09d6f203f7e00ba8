"""How long the program takes to be built and to start."""
import os
import subprocess
import time

from bench_site import ROOT, Site, folder
from bench_table import row, timed


def start():
    with folder() as base:
        times = []
        for turn in range(7):
            (base / str(turn)).mkdir()
            first = Site(base / str(turn))
            first.stop()
            again = Site(base / str(turn))
            times.append(again.start_seconds * 1000)
            again.stop()
        row("start to first answered request, ms (median of 7)", sorted(times)[3], 150, "less")


def build():
    with folder() as base:
        environment = {**os.environ, "CCACHE_DISABLE": "1"}
        start = time.perf_counter()
        subprocess.run(["cmake", "--preset", "release", "-B", str(base / "release")], check=True, cwd=ROOT, stdout=subprocess.DEVNULL, env=environment)
        subprocess.run(["ninja", "-C", str(base / "release"), "bifrost"], check=True, stdout=subprocess.DEVNULL, env=environment)
        row("clean release build, minutes", (time.perf_counter() - start) / 60, 5, "less")
        test = "tests/unit/text_test.cpp"
        subprocess.run(["cmake", "--preset", "dev", "-B", str(base / "dev"), f"-DBIFROST_TEST_FILES={test}", "-DBIFROST_TEST_ROOMS=core"], check=True, cwd=ROOT, stdout=subprocess.DEVNULL, env=environment)
        subprocess.run(["ninja", "-C", str(base / "dev"), "bifrost_some_tests"], check=True, stdout=subprocess.DEVNULL, env=environment)
        edited = ROOT / "src/core/text.cpp"
        os.utime(edited)
        seconds = timed("ninja", "-C", base / "dev", "bifrost_some_tests", env=environment) + timed(base / "dev/tests/bifrost_some_tests")
        row("one-file edit to a passing unit test, seconds", seconds, 15, "less")
