"""What is shipped: hardened as the build says, listed in a bill of materials, and stopped by critical findings."""

import datetime
import json
import re
import subprocess
import sys

import pytest
import yaml
from conftest import BIN, ROOT, run


def test_the_program_is_hardened():
    header, dynamic, segments = (run("readelf", option, BIN).stdout for option in ("-hW", "-dW", "-lW"))
    assert re.search(r"Type:\s+DYN", header) and "PIE" in dynamic, "position-independent"
    assert "BIND_NOW" in dynamic or "NOW" in dynamic, "addresses are bound at start"
    assert "GNU_RELRO" in segments, "and read-only after that"
    assert re.search(r"GNU_STACK\s.*\sRW\s", segments), "no code on the stack"
    assert "RPATH" not in dynamic and "RUNPATH" not in dynamic
    symbols = run("readelf", "--dyn-syms", "-W", BIN).stdout
    assert "__stack_chk_fail" in symbols, "stacks are guarded"
    assert re.search(r"__\w+_chk\b(?<!stack_chk)", symbols.replace("__stack_chk_fail", "")), "string functions are checked"


@pytest.fixture(scope="module")
def bill():
    return json.loads(run(sys.executable, ROOT / "tools/sbom.py", BIN).stdout)


def test_the_bill_lists_every_library_and_every_package_of_the_ui(bill):
    assert bill["bomFormat"] == "CycloneDX" and bill["specVersion"] == "1.5"
    names = {part["name"] for part in bill["components"]}
    assert {"libpq5", "libssl3", "libcurl4", "libsqlite3-0", "libboost1.81-dev", "react", "three"} <= names
    assert "vitest" not in names, "what only tests need is not shipped"
    for part in bill["components"]:
        assert part["version"] and part["purl"].startswith(("pkg:deb/debian/", "pkg:npm/"))
    wanted = json.loads((ROOT / "web/package.json").read_text())["dependencies"]
    assert {name: part["version"] for part in bill["components"] for name in wanted if part["name"] == name and part["purl"].startswith("pkg:npm")} == wanted


def test_the_same_program_has_the_same_bill(bill):
    assert json.loads(run(sys.executable, ROOT / "tools/sbom.py", BIN).stdout) == bill


def gate(tmp_path, report, accepted=None):
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report))
    more = []
    if accepted is not None:
        (tmp_path / "accepted.txt").write_text(accepted)
        more = ["--accepted", tmp_path / "accepted.txt"]
    return subprocess.run([sys.executable, ROOT / "tools/scan_gate.py", path, *more], capture_output=True, text=True, timeout=60)


def grype(*found):
    return {"matches": [{"vulnerability": {"id": one, "severity": severity}, "artifact": {"name": "libx", "version": "1"}} for one, severity in found]}


def trivy(*found):
    found = [{"VulnerabilityID": one, "Severity": severity.upper(), "PkgName": "libx", "InstalledVersion": "1"} for one, severity in found]
    return {"Results": [{"Target": "image"}, {"Vulnerabilities": found}, {"Vulnerabilities": None}]}


@pytest.mark.parametrize("scanner", [grype, trivy])
def test_a_critical_finding_blocks_and_lesser_ones_do_not(tmp_path, scanner):
    assert gate(tmp_path, scanner(("CVE-1", "High"), ("CVE-2", "Medium"))).returncode == 0
    done = gate(tmp_path, scanner(("CVE-1", "High"), ("CVE-3", "Critical")))
    assert done.returncode == 1 and "CVE-3" in done.stdout and "CVE-1" not in done.stdout


def test_an_accepted_finding_passes_until_its_day(tmp_path):
    today = datetime.date.today()
    report = grype(("CVE-3", "Critical"))
    assert gate(tmp_path, report, f"CVE-3 {today + datetime.timedelta(days=1)} the parser is not used\n").returncode == 0
    assert gate(tmp_path, report, f"CVE-3 {today - datetime.timedelta(days=1)} the parser is not used\n").returncode == 1
    assert gate(tmp_path, report, "CVE-3 soon\n").returncode == 1


def test_a_report_that_is_none_does_not_pass(tmp_path):
    assert gate(tmp_path, {"findings": []}).returncode == 1


def test_the_pipeline_tests_scans_and_blocks_before_it_pushes():
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())["jobs"]
    assert any(".ci/run" in step.get("run", "") for step in jobs["test"]["steps"])
    assert jobs["images"]["needs"] == "test"
    steps = [step.get("run", "") + step.get("uses", "") + step.get("name", "") for step in jobs["images"]["steps"]]

    def first(word):
        return next(i for i, text in enumerate(steps) if word in text)

    assert first("scan-action") < first("scan_gate.py") < first("docker push") and first("sbom-action") < first("docker push")
    assert "cosign sign" in steps[first("docker push")]
    files = {entry["file"] for entry in jobs["images"]["strategy"]["matrix"]["include"]}
    assert files == {"Dockerfile.api", "Dockerfile.worker", "web/Dockerfile"} and all((ROOT / file).is_file() for file in files)
