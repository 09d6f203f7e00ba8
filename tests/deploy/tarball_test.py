"""The release for machines without containers."""

import configparser
import re
import subprocess
import tarfile

from conftest import BIN, ROOT, run


def make(path):
    run(ROOT / "tools/make_tarball.sh", BIN, path)
    return path


def test_the_same_program_gives_the_same_tarball_and_it_runs(tmp_path):
    one, two = make(tmp_path / "one.tar.gz"), make(tmp_path / "two.tar.gz")
    assert one.read_bytes() == two.read_bytes()
    with tarfile.open(one) as tar:
        names = tar.getnames()
        assert all(member.uid == member.gid == 0 for member in tar.getmembers())
    (tmp_path / "out").mkdir()
    subprocess.run(["tar", "-xf", one, "-C", tmp_path / "out"], check=True)
    root = tmp_path / "out" / names[0]
    assert subprocess.run([root / "bin/bifrost", "--version"], capture_output=True, text=True).stdout.startswith("bifrost ")
    for name in ("LICENSE", "share/systemd/bifrost.service", "share/backup/recover_to.sh", "share/monitoring/rules/alerts.yml", "share/bifrost.cdx.json", "share/docs/operations/install.md"):
        assert (root / name).is_file(), name


def unit(path):
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read(path)
    return parser


def test_units_start_commands_that_there_are_and_leave_time_to_drain():
    for path in (ROOT / "deploy/systemd").glob("*.service"):
        service = unit(path)["Service"]
        program, role, *options = service["ExecStart"].split()
        assert program == "/opt/bifrost/bin/bifrost"
        text = run(BIN, role, "--help").stdout
        for option in options:
            assert not option.startswith("--") or option in text, option
        assert int(service["TimeoutStopSec"]) > 30, "DRAIN_SECONDS is 30 when nothing is set"
        assert service["ProtectSystem"] == "strict" and service["NoNewPrivileges"] == "true" and service["User"] == "bifrost"


def test_the_packages_that_the_page_names_are_those_of_the_worker_image():
    page = re.search(r"apt-get install --no-install-recommends (.+?)\n    useradd", (ROOT / "docs/operations/install.md").read_text(), re.S).group(1)
    image = re.search(r"--no-install-recommends (ca-certificates .+?) &&", re.sub(r"\\\n", " ", (ROOT / "Dockerfile.worker").read_text())).group(1)
    assert set(page.replace("\\", " ").split()) == set(image.split())
