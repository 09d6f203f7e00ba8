"""The chart rendered for every file of values, and the programs that judge it (tools/deploy_tools builds them)."""

import functools
import os
import pathlib
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from production_stack import Stack  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
CHART = ROOT / "deploy/bifrost-chart"
TOOLS = pathlib.Path(os.environ.get("BIFROST_DEPLOY_TOOLS", ROOT / "build/tools/bin"))
KUBERNETES = "1.35.0"
BIN = os.environ.get("BIFROST_BIN", str(ROOT / "build/release/bifrost"))
S3_SERVER = os.environ.get("BIFROST_S3_SERVER", str(ROOT / "build/tools/bin/versitygw"))
os.environ["BIFROST_HELM"] = str(TOOLS / "helm")

# Everything that is released, and the ways of it that only some sites choose.
RELEASES = {
    "defaults": ("bifrost-prod", []),
    "production": ("bifrost-prod", ["--values", CHART / "values-production.yaml"]),
    "staging": ("bifrost-staging", ["--values", CHART / "values-staging.yaml", "--values", HERE / "staging_secrets.yaml"]),
    "everything": ("bifrost-prod", ["--values", CHART / "values-production.yaml", "--values", HERE / "everything.yaml"]),
}


def run(*words, expect=0):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=120)
    assert done.returncode == expect, f"{' '.join(map(str, words))}: {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done


def template(*options, namespace="bifrost-prod", expect=0):
    return run(TOOLS / "helm", "template", "bifrost", CHART, "--namespace", namespace, "--kube-version", KUBERNETES, *options, expect=expect)


@functools.lru_cache(maxsize=None)
def rendered_text(release):
    namespace, options = RELEASES[release]
    return template(*options, namespace=namespace).stdout


def rendered(release):
    return [thing for thing in yaml.safe_load_all(rendered_text(release)) if thing]


def values(release):
    """The values that a release ends up with, as Helm merges them."""
    merged = yaml.safe_load((CHART / "values.yaml").read_text())
    options = RELEASES[release][1]
    for path in options[1::2]:
        merge(merged, yaml.safe_load(pathlib.Path(path).read_text()))
    return merged


def merge(into, other):
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value


def pod_spec(thing):
    """The pod that an object makes, or None; with its labels as `labels`."""
    if thing["kind"] == "Pod":
        return thing["metadata"].get("labels", {}), thing["spec"]
    spec = thing.get("spec", {})
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    pod = spec.get("template")
    if not isinstance(pod, dict) or "containers" not in pod.get("spec", {}):
        return None
    return pod["metadata"]["labels"], pod["spec"]


@pytest.fixture(scope="session")
def schemas(tmp_path_factory):
    """Kubernetes' schemas, closed against unknown fields, where kubeconform finds what they refer to: the option that names them."""
    import kubernetes_validate

    folder = pathlib.Path(kubernetes_validate.__file__).parent / f"kubernetes-json-schema/v{KUBERNETES}-local-strict"
    out = tmp_path_factory.mktemp("schemas")
    for path in folder.glob("*.json"):
        (out / path.name).write_text(path.read_text().replace('"/api/_definitions.json', f'"{out.as_uri()}/_definitions.json'))
    return ("-schema-location", str(out) + "/{{.ResourceKind}}{{.KindSuffix}}.json")


@pytest.fixture(params=list(RELEASES))
def release(request):
    return request.param


@pytest.fixture(scope="session")
def stack():
    """The production shape, for everything that has to be seen running."""
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
