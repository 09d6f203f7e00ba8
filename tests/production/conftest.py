"""One production shape for all tests of this folder, and the command line that talks to it."""

import importlib.util
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from production_stack import Stack  # noqa: E402

BIN = os.environ.get("BIFROST_BIN", str(ROOT / "build/release/bifrost"))
S3_SERVER = os.environ.get("BIFROST_S3_SERVER", str(ROOT / "build/tools/bin/versitygw"))


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, ROOT / path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def stack():
    running = Stack(BIN, S3_SERVER)
    running.token = running.admin("token", "create", "--user", "owner", "--name", "tests")["token"]
    yield running
    codes = running.stop()
    assert all(code == 0 for code in codes.values()), codes


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """The ends of all logs stand below a failure."""
    report = (yield).get_result()
    if report.when == "call" and report.failed and "stack" in getattr(item, "funcargs", {}):
        report.sections.append(("logs", item.funcargs["stack"].log()))


@pytest.fixture
def cli(stack, tmp_path):
    def run(*words, expect=0):
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", "BIFROST_URL": stack.url, "BIFROST_TOKEN": stack.token}
        done = subprocess.run([BIN, *map(str, words)], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=180)
        assert done.returncode == expect, f"{words}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        return done

    return run
