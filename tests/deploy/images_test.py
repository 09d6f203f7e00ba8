"""Images and the compose file, as far as they can be judged without an engine; the web image's nginx runs for real."""

import fnmatch
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest
import requests
import yaml
from conftest import BIN, ROOT

from production_stack import free_port, wait_until

DOCKERFILES = {"api": ROOT / "Dockerfile.api", "worker": ROOT / "Dockerfile.worker", "web": ROOT / "web/Dockerfile"}


def instructions(path):
    """(instruction, rest) pairs with continued lines joined, comments left out."""
    text = re.sub(r"\\\n", " ", "\n".join(line for line in path.read_text().splitlines() if not line.startswith("#")))
    return [tuple(line.split(None, 1)) for line in text.splitlines() if line.strip()]


def stage(path, start):
    found = instructions(path)
    begins = [i for i, (word, rest) in enumerate(found) if word == "FROM"]
    chosen = next(i for i in begins if start(found[i][1]))
    following = [i for i in begins if i > chosen]
    return found[chosen : following[0] if following else None]


def last_stage(path):
    found = instructions(path)
    return found[max(i for i, (word, _) in enumerate(found) if word == "FROM") :]


def packages(stage_lines):
    text = " ".join(rest for word, rest in stage_lines if word == "RUN")
    found = re.search(r"--no-install-recommends (.+?) &&", text)
    return set(found.group(1).split()) if found else set()


@pytest.mark.parametrize("name", DOCKERFILES)
def test_an_image_runs_as_a_numbered_user_and_says_how_it_is(name):
    lines = last_stage(DOCKERFILES[name])
    words = [word for word, _ in lines]
    assert ("USER", "1000:1000") in lines
    assert "HEALTHCHECK" in words and "EXPOSE" in words and "ENTRYPOINT" in words
    assert all(rest.startswith("[") for word, rest in lines if word in ("ENTRYPOINT", "CMD")), "no shell is needed to start"
    labels = next(rest for word, rest in lines if word == "LABEL")
    for label in ("title", "licenses", "version", "revision"):
        assert f"org.opencontainers.image.{label}=" in labels
    assert "build-essential" not in " ".join(rest for _, rest in lines)


@pytest.mark.parametrize("name", DOCKERFILES)
def test_bases_are_arguments_and_of_debian(name):
    found = instructions(DOCKERFILES[name])
    defaults = dict(rest.split("=", 1) for word, rest in found if word == "ARG" and "=" in rest)
    stages = set()
    for word, rest in found:
        if word != "FROM":
            continue
        image, _, alias = rest.partition(" AS ")
        assert image in stages or re.fullmatch(r"\$\{(\w+)\}", image), image
        if image.startswith("$"):
            assert defaults[image[2:-1]] in ("debian:bookworm-slim", "node:22-bookworm-slim", "nginx:1.22")
        stages.add(alias)
    # The classic builder takes them too.
    assert not any(word == "RUN" and "--mount" in rest or word == "COPY" and "--chmod" in rest for word, rest in found)


def test_api_and_worker_share_the_stages_that_build():
    texts = [path.read_text().split("ARG BASE_IMAGE", 1)[1].split("# Only what runs")[0] for path in (DOCKERFILES["api"], DOCKERFILES["worker"])]
    assert texts[0] == texts[1]


def test_what_the_build_installs_is_what_dev_installs():
    wanted = packages(stage(DOCKERFILES["api"], lambda rest: rest.endswith("AS build")))
    listed = re.search(r"readonly PACKAGES=\((.+?)\)", (ROOT / "dev").read_text(), re.S).group(1).split()
    needless = {"ccache", "git", "ca-certificates", "python3-venv", "libvips-tools", "ffmpeg", "zstd"}  # to build it, not to work on it
    assert wanted == set(listed) - needless


@pytest.mark.parametrize("name", ["api", "worker"])
def test_the_image_has_every_library_that_the_program_loads(name):
    """By the packages on this machine: what is linked directly must be named; the rest follows by their dependencies."""
    needed = re.findall(r"Shared library: \[(.+?)\]", subprocess.run(["readelf", "-d", BIN], capture_output=True, text=True, check=True).stdout)
    named = packages(last_stage(DOCKERFILES[name]))
    base = {"libc6", "libstdc++6", "libgcc-s1", "zlib1g", "libzstd1"}
    loaded = dict(re.findall(r"^\s*(\S+) => (\S+)", subprocess.run(["ldd", BIN], capture_output=True, text=True, check=True).stdout, re.M))
    lost = {}
    for library in needed:
        if library not in loaded:
            continue  # the loader itself
        owner = subprocess.run(["dpkg", "-S", os.path.realpath(loaded[library])], capture_output=True, text=True)
        if owner.returncode != 0:  # /lib is /usr/lib, and packages are told of only one
            owner = subprocess.run(["dpkg", "-S", os.path.realpath(loaded[library]).removeprefix("/usr")], capture_output=True, text=True)
        package = owner.stdout.split(":")[0]
        if package not in named | base:
            lost[library] = package
    assert lost == {}


def test_only_the_worker_has_programs_for_media():
    assert {"libvips-tools", "ffmpeg", "zstd"} <= packages(last_stage(DOCKERFILES["worker"]))
    assert not {"libvips-tools", "ffmpeg", "zstd"} & packages(last_stage(DOCKERFILES["api"]))


def ignored(path):
    """Whether .dockerignore leaves a path of the context out: the last line that matches it or a folder above decides."""
    out = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        pattern, keeps = line.removeprefix("!"), line.startswith("!")
        parts = path.split("/")
        if any(fnmatch.fnmatch("/".join(parts[: i + 1]), pattern.removeprefix("**/")) for i in range(len(parts))) or pattern == "**":
            out = not keeps
    return out


@pytest.mark.parametrize("name", DOCKERFILES)
def test_what_is_copied_is_there_and_not_ignored(name):
    for word, rest in instructions(DOCKERFILES[name]):
        if word == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), source
                assert not ignored(source.rstrip("/")), source


def test_nothing_of_a_working_copy_gets_into_an_image():
    for path in (".git", "build", "bifrost-data", "web/node_modules", "web/dist", ".env", "tests", "docs"):
        assert ignored(path), path


# --- compose
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_compose_has_the_services_and_ports_that_were_asked_for():
    services = COMPOSE["services"]
    assert {"db", "redis", "s3", "migrate", "api", "worker", "web"} <= set(services)
    published = {name: service.get("ports", []) for name, service in services.items()}
    assert published["api"] == ["127.0.0.1:8000:8000"] and published["web"] == ["127.0.0.1:3000:3000"]
    assert published["db"] == ["127.0.0.1:5432:5432"] and published["redis"] == ["127.0.0.1:6379:6379"]
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports), "open to this machine only"
    assert {profile for service in services.values() for profile in service.get("profiles", [])} == {"replica", "monitoring"}


def test_what_runs_on_is_watched_and_what_ends_is_waited_for():
    for name, service in COMPOSE["services"].items():
        if service.get("restart") == "no":
            waits = [other for other, one in COMPOSE["services"].items() if one.get("depends_on", {}).get(name, {}).get("condition") == "service_completed_successfully"]
            assert waits, name
        elif name not in ("s3", "prometheus", "alertmanager"):  # images without a program to ask with
            assert "healthcheck" in service, name


def test_the_program_runs_read_only_without_rights():
    for name in ("migrate", "api", "worker", "web"):
        service = COMPOSE["services"][name]
        assert service["read_only"] and service["cap_drop"] == ["ALL"] and "no-new-privileges:true" in service["security_opt"], name


def test_files_that_compose_mounts_and_builds_from_are_there():
    for name, service in COMPOSE["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).exists(), f"{name}: {source}"
            else:
                assert source in COMPOSE["volumes"], f"{name}: {source}"
        if build := service.get("build"):
            assert (ROOT / build["context"] / build["dockerfile"]).is_file()
            if target := build.get("target"):
                assert re.search(rf"^FROM .+ AS {target}$", (ROOT / build["dockerfile"]).read_text(), re.M)


def test_every_variable_that_compose_sets_is_a_setting():
    known = set(re.findall(r"^\| `([A-Z0-9_]+)`", (ROOT / "docs/operations/configuration.md").read_text(), re.M))
    for name in ("migrate", "api", "worker"):
        assert set(COMPOSE["services"][name]["environment"]) <= known, name


def test_the_settings_of_compose_are_accepted_and_production_refuses_them(tmp_path):
    environment = {key: str(value) for key, value in COMPOSE["services"]["api"]["environment"].items()}
    environment = {key: "" if value.startswith("${") else value for key, value in environment.items()} | {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    fine = subprocess.run([BIN, "settings"], env=environment, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert fine.returncode == 0, fine.stderr
    refused = subprocess.run([BIN, "settings"], env=environment | {"ENVIRONMENT": "production"}, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert refused.returncode == 2
    for name in ("DATABASE_URL", "S3_SECRET_ACCESS_KEY", "ALLOWED_ORIGINS"):
        assert name in refused.stderr, refused.stderr


# --- the web image's nginx
@pytest.fixture(scope="module")
def api(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    port = free_port()
    process = subprocess.Popen([BIN, "serve", "--data", folder / "data", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(url + "/livez"), "the API", 60)
        yield url
    finally:
        process.terminate()
        process.wait(60)


def answers(url):
    try:
        return requests.get(url, timeout=5, proxies={"http": ""}).ok
    except requests.ConnectionError:
        return False


def start_web(folder, **environment):
    words = {
        "PATH": os.environ["PATH"], "TEMPLATES": str(ROOT / "web/nginx"), "RUN": str(folder / "run"), "ROOT": str(folder / "site"),
        "ENVIRONMENT": "production", "VERSION": "9.9.9", **environment,
    }
    log = open(folder / "web.log", "ab")
    return subprocess.Popen([ROOT / "web/nginx/start.sh"], env=words, stdout=log, stderr=log, cwd=folder)


@pytest.fixture(scope="module")
def web(api):
    # Below /tmp itself: started by root, nginx reads files as another user, who can't enter pytest's folders.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bifrost-web-"))
    shutil.copytree(ROOT / "web/dist", folder / "site")
    (folder / "site/health.html").write_text("ok\n")
    os.chmod(folder, 0o755)
    port = free_port()
    process = start_web(folder, PORT=str(port), API_URL="https://api.bifrost.example.com", API_UPSTREAM=api)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(url + "/health.html"), "nginx:\n" + (folder / "web.log").read_text(), 30)
        yield url
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder)


def get(url, **headers):
    return requests.get(url, timeout=30, proxies={"http": ""}, headers=headers)


def test_the_ui_its_deep_links_and_its_settings(web):
    for path in ("/", "/projects/kart/assets"):
        page = get(web + path)
        assert page.status_code == 200 and '<div id="root">' in page.text and page.headers["Cache-Control"] == "no-cache"
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    settings = get(web + "/config.json").json()
    assert settings["api_url"] == "https://api.bifrost.example.com" and settings["environment"] == "production" and settings["version"] == "9.9.9"


def test_what_has_a_hash_in_its_name_is_kept_and_what_is_missing_is_missing(web):
    name = next(path.name for path in (ROOT / "web/dist/assets").iterdir())
    assert "immutable" in get(f"{web}/assets/{name}").headers["Cache-Control"]
    assert get(web + "/assets/gone.js").status_code == 404


def test_calls_reach_the_api_and_keep_what_the_browser_said(web):
    answer = get(web + "/api/v1/openapi.json")
    assert answer.status_code == 200 and answer.json()["openapi"].startswith("3.")
    refused = get(web + "/api/v1/me")
    assert refused.status_code == 401 and refused.headers["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    "environment, word",
    [({"API_URL": ""}, "API_URL"), ({"API_UPSTREAM": "api:8000"}, "API_UPSTREAM"), ({"API_URL": 'https://a"; return 200; #'}, "character")],
)
def test_addresses_that_are_none_are_refused_by_name(tmp_path, environment, word):
    good = {"API_URL": "https://api.example.com", "API_UPSTREAM": "http://127.0.0.1:1"}
    process = start_web(tmp_path, PORT=str(free_port()), **(good | environment))
    assert process.wait(30) == 2
    assert word in (tmp_path / "web.log").read_text()


def test_a_file_that_the_image_starts_can_be_run():
    assert os.access(pathlib.Path(ROOT / "web/nginx/start.sh"), os.X_OK)
