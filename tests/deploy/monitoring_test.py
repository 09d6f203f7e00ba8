"""A real Prometheus over the production shape: every expression of dashboards and alerts means something there, and every metric of the
program has its place on a dashboard or in an alert."""

import json
import os
import re
import subprocess
import uuid

import pytest
import requests
import yaml
from conftest import BIN, ROOT, run

from production_stack import free_port, wait_until

MONITORING = ROOT / "deploy/monitoring"
DASHBOARDS = sorted((MONITORING / "dashboards").glob("*.json"))
GROUPS = {"api", "system", "database", "application"}

# Not the program's: Prometheus' own, and what kube-state-metrics, cAdvisor and the kubelet tell.
FOREIGN = {
    "up", "ALERTS", "kube_horizontalpodautoscaler_status_current_replicas", "kube_horizontalpodautoscaler_spec_max_replicas", "kube_resourcequota",
    "container_cpu_cfs_throttled_periods_total", "container_cpu_cfs_periods_total", "kubelet_volume_stats_available_bytes",
    "kubelet_volume_stats_capacity_bytes", "kube_cronjob_status_last_successful_time", "kube_job_status_failed",
}
# Written by `bifrost drill --metrics` for the node exporter (drill_test.py).
FOREIGN |= {"bifrost_restore_drill_passed"}
# Begin with the first time that something is read, fails or is thrown out; each stands in the sources.
LAZY = {"bifrost_object_store_failures_total", "bifrost_shared_cache_reads_total", "bifrost_shared_cache_failures_total", "bifrost_shared_cache_evicted_total"}
NAMED = re.compile(r"\b(?:bifrost_\w+|process_\w+|kube_\w+|kubelet_\w+|container_\w+|bifrost:[\w:]+)\b")


def rules():
    for path in sorted((MONITORING / "rules").glob("*.yml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            yield from group["rules"]


def panels():
    for path in DASHBOARDS:
        board = json.loads(path.read_text())
        for panel in board["panels"]:
            for target in panel["targets"]:
                yield path.stem, panel["title"], target["expr"]
        for one in board["annotations"]["list"]:
            yield path.stem, one["name"], one["expr"]


def names_in(expression):
    """Metrics of an expression; what stands in quotes or behind `by` is none."""
    bare = re.sub(r'"[^"]*"', '""', expression)
    return set(NAMED.findall(re.sub(r"\b(?:by|ignoring|on|without) \([^)]*\)", "", bare)))


def plain(name):
    return re.sub(r"_(bucket|sum|count)$", "", name)


def work(stack, folder):
    """A little of everything, so that series begin."""
    token = stack.token
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = "Bearer " + token

    def call(method, path, json=None, at=None):
        answer = session.request(method, (at or stack.url) + "/api/v1" + path, json=json, timeout=30)
        assert answer.status_code < 400, f"{method} {path}: {answer.text[:300]}"
        return answer.json() if answer.content else None

    project = call("POST", "/projects", {"code": "m" + uuid.uuid4().hex[:8], "name": "Monitored"})
    asset = call("POST", f"/projects/{project['id']}/assets", {"code": "rock", "name": "Rock", "type": "prop"})
    for part in stack.apis:
        for _ in range(3):
            call("GET", f"/assets/{asset['id']}", at=part.url)
            call("GET", f"/projects/{project['id']}/assets", at=part.url)
            assert session.get(part.url + "/health", timeout=30).status_code == 200
    for part in [*stack.apis, *stack.workers]:
        assert session.get(part.operations + "/readyz", timeout=30).status_code == 200
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "BIFROST_URL": stack.url, "BIFROST_TOKEN": token}
    (folder / "rock.ma").write_bytes(os.urandom(5000))
    done = subprocess.run(
        [BIN, "publish", f"{project['code']}:rock", "model", "rock.ma"], env=environment, cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    stream = session.get(stack.apis[0].url + "/api/v1/events/stream", stream=True, timeout=30)
    assert stream.status_code == 200
    return stream


class Prometheus:
    def __init__(self, stack, folder):
        targets = {
            "api": [part.operations.removeprefix("http://") for part in stack.apis],
            "worker": [part.operations.removeprefix("http://") for part in stack.workers],
        }
        jobs = [
            {
                "job_name": f"bifrost-{component}",
                "static_configs": [{"targets": addresses, "labels": {"component": component, "namespace": "bifrost"}}],
            }
            for component, addresses in targets.items()
        ]
        config = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(MONITORING / "rules/*.yml")],
            "scrape_configs": jobs,
        }
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        with open(folder / "prometheus.log", "ab") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}"],
                stdout=log, stderr=log, cwd=folder, start_new_session=True,
            )

    def ask(self, path, **parameters):
        answer = requests.get(self.url + path, params=parameters, timeout=30, proxies={"http": ""})
        body = answer.json()
        assert body["status"] == "success", f"{parameters}: {body.get('error')}"
        return body["data"]

    def value(self, expression):
        found = self.ask("/api/v1/query", query=expression)["result"]
        return float(found[0]["value"][1]) if found else None

    def all_scraped(self):
        try:
            found = self.ask("/api/v1/targets")["activeTargets"]
        except (requests.ConnectionError, ValueError):  # it answers in plain words until it is ready
            return False
        return len(found) == 4 and all(target["health"] == "up" for target in found)


@pytest.fixture(scope="module")
def prometheus(stack, tmp_path_factory):
    folder = tmp_path_factory.mktemp("prometheus")
    stream = work(stack, folder)
    running = Prometheus(stack, folder)
    try:
        wait_until(running.all_scraped, "the first scrapes", 60)
        wait_until(lambda: (running.value("max(bifrost_active_users)") or 0) >= 1, "active users", 60)
        wait_until(lambda: (running.value('sum(bifrost_events_total{action="asset.created"})') or 0) >= 1, "counted events", 60)
        yield running
    finally:
        stream.close()
        running.process.terminate()
        running.process.wait(30)


@pytest.fixture(scope="module")
def live(prometheus):
    return set(prometheus.ask("/api/v1/label/__name__/values"))


def test_configurations_are_accepted(tmp_path):
    run("promtool", "check", "config", "--syntax-only", MONITORING / "prometheus.yml")
    # Debian's build knows no Kubernetes: all but where targets come from is checked by it.
    config = yaml.safe_load((MONITORING / "prometheus-kubernetes.yml").read_text())
    for part in [*config["scrape_configs"], *config["alerting"]["alertmanagers"]]:
        found = part.pop("kubernetes_sd_configs")
        assert [entry["role"] for entry in found] == ["pod"]
        part["static_configs"] = [{"targets": ["127.0.0.1:9090"]}]
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(config))
    run("promtool", "check", "config", "--syntax-only", tmp_path / "prometheus.yml")
    run("amtool", "check-config", MONITORING / "alertmanager.yml")


@pytest.mark.parametrize(
    "address, port, becomes",
    [("10.0.0.7:8000", "9090", "10.0.0.7:9090"), ("10.0.0.7", "9090", "10.0.0.7:9090"), ("[fd00::7]:8000", "9090", "[fd00::7]:9090"), ("[fd00::7]", "9090", "[fd00::7]:9090")],
)
def test_the_address_of_a_pod_gets_the_port_of_its_annotation(address, port, becomes):
    jobs = yaml.safe_load((MONITORING / "prometheus-kubernetes.yml").read_text())["scrape_configs"]
    rule = next(rule for rule in jobs[0]["relabel_configs"] if rule.get("target_label") == "__address__")
    found = re.fullmatch(rule["regex"], f"{address};{port}")
    assert found and f"{found.group(1)}:{found.group(2)}" == becomes


def test_there_is_a_dashboard_for_each_group():
    assert {path.stem for path in DASHBOARDS} == GROUPS
    for path in DASHBOARDS:
        board = json.loads(path.read_text())
        assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
        places = set()
        for panel in board["panels"]:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            assert at["x"] + at["w"] <= 24 and not places & cells, f"{path.stem}: {panel['title']} lies over another"
            places |= cells


def test_every_metric_that_a_panel_or_an_alert_names_is_there(live):
    lost = {}
    wanted = [*((f"{board}: {title}", text) for board, title, text in panels()), *((rule.get("alert") or rule["record"], rule["expr"]) for rule in rules())]
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    for where, expression in wanted:
        names = names_in(expression)
        assert names or "up{" in expression, where
        unknown = {name for name in names if name not in live | recorded | FOREIGN and plain(name) not in LAZY}
        if unknown:
            lost[where] = sorted(unknown)
    assert lost == {}


def test_what_begins_with_a_failure_stands_in_the_sources():
    text = "".join(path.read_text() for path in (ROOT / "src").rglob("*.cpp"))
    assert [name for name in LAZY if f'"{name}"' not in text] == []


def test_every_metric_of_the_program_has_a_place(live):
    shown = set()
    for _, _, expression in panels():
        shown |= {plain(name) for name in names_in(expression)}
    for rule in rules():
        shown |= {plain(name) for name in names_in(rule["expr"])}
    ours = {plain(name) for name in live if name.startswith("bifrost_") or name.startswith("process_")}
    assert sorted(ours - shown) == [], "metrics that nobody sees: put each on a dashboard or into an alert"


def test_every_expression_is_understood_by_prometheus(prometheus):
    for board, title, expression in panels():
        prometheus.ask("/api/v1/query", query=expression.replace("$namespace", ".*"))
    # Rules were loaded and evaluate without an error.
    wait_until(lambda: all(rule["health"] == "ok" for rule in evaluated(prometheus)), "all rules to be evaluated", 90)


def evaluated(prometheus):
    return [rule for group in prometheus.ask("/api/v1/rules")["groups"] for rule in group["rules"]]


def test_what_the_requirements_name_has_values(prometheus):
    for expression in (
        "sum(bifrost_http_requests_total)", "sum(bifrost_http_request_duration_seconds_count)", "max(process_resident_memory_bytes)",
        "sum(process_cpu_seconds_total)", "max(bifrost_postgres_connections)", "sum(bifrost_database_transactions_total)",
        'sum(bifrost_postgres_blocks_total) >= 0', "sum(bifrost_cache_reads_total)", "max(bifrost_active_users)",
        'sum(bifrost_events_total{action="asset.created"})', 'sum(bifrost_http_requests_total{operation="get_asset",status="2xx"})', "sum(bifrost_jobs_total)",
    ):
        value = wait_until(lambda: prometheus.value(expression) is not None, expression, 60)
        assert value
    assert prometheus.value("count(up == 1)") == 4
    assert prometheus.value('min(bifrost_part_up{part=~"database|storage|cache|queue"})') == 1


def test_a_scrape_does_not_wait_for_a_database_that_is_away(stack, prometheus):
    """The last of this file: the metrics are needed most when something is away."""
    stack.primary.kill()
    try:
        api = stack.apis[0]
        wait_until(lambda: 'bifrost_database_up 0' in requests.get(api.operations + "/metrics", timeout=5, proxies={"http": ""}).text, "the metric to say so", 60)
    finally:
        stack.primary.start()
    wait_until(lambda: 'bifrost_database_up 1' in requests.get(stack.apis[0].operations + "/metrics", timeout=5, proxies={"http": ""}).text, "the database", 60)
