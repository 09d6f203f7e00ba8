"""The chart for every file of values: what other programs say of it, what it refuses, and that all that it names is there."""

import json
import re
import sys

import pytest
import yaml
from conftest import CHART, RELEASES, ROOT, TOOLS, pod_spec, rendered, rendered_text, run, template

LISTED = """Chart.yaml values.yaml values-staging.yaml values-production.yaml templates/_helpers.tpl templates/configmap.yaml templates/deployment-api.yaml
templates/deployment-web.yaml templates/deployment-worker.yaml templates/ingress.yaml templates/NOTES.txt templates/secret.yaml templates/service-api.yaml
templates/service-web.yaml charts/postgresql/Chart.yaml charts/redis/Chart.yaml values.schema.json""".split()


def test_the_chart_has_every_file_that_was_asked_for():
    assert [name for name in LISTED if not (CHART / name).is_file()] == []


def test_helm_lint_finds_nothing(release):
    namespace, options = RELEASES[release]
    done = run(TOOLS / "helm", "lint", "--strict", CHART, "--namespace", namespace, *options)
    assert "[ERROR]" not in done.stdout and "[WARNING]" not in done.stdout, done.stdout


def test_each_object_has_the_schema_of_its_kind_and_no_unknown_field(release, schemas, tmp_path):
    path = tmp_path / "release.yaml"
    path.write_text(rendered_text(release))
    # Operators' own kinds have no schema here; nothing else may be skipped.
    done = run(TOOLS / "kubeconform", "-strict", "-summary", "-output", "json", "-skip", "ScaledObject,PodMonitor", *schemas, path)
    summary = json.loads(done.stdout)["summary"]
    assert summary["valid"] > 20 and summary["invalid"] == summary["errors"] == 0
    assert summary["skipped"] == sum(thing["kind"] in ("ScaledObject", "PodMonitor") for thing in rendered(release))


def test_a_field_that_does_not_exist_would_be_found(schemas, tmp_path):
    path = tmp_path / "release.yaml"
    path.write_text(rendered_text("defaults").replace("minReadySeconds:", "minReadySecond:", 1))
    done = run(TOOLS / "kubeconform", "-strict", *schemas, path, expect=1)
    assert "minReadySecond" in done.stdout


def test_the_plain_manifests_are_what_the_chart_says():
    run(sys.executable, ROOT / "tools/render_manifests.py", "--check")


def test_the_readme_is_what_the_values_say():
    run(sys.executable, ROOT / "tools/chart_readme.py", "--check")


def test_kustomization_names_every_manifest():
    folder = ROOT / "deploy/kubernetes"
    named = set(yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"])
    there = {path.name for path in folder.glob("bifrost-*.yaml")} - {"bifrost-namespaces.yaml"}
    assert named == there


def test_each_manifest_has_the_schemas_of_its_kinds(schemas):
    folder = ROOT / "deploy/kubernetes"
    run(TOOLS / "kubeconform", "-strict", *schemas, *sorted(folder.glob("bifrost-*.yaml")), folder / "prometheus-configmap.yaml")


# --- values that make no sense: what is set, and the words that the refusal must have
REFUSED = {
    "a negative number of pods": (["--set", "api.replicas=-1"], "replicas"),
    "pods in words": (["--set", "worker.replicas=many"], "replicas"),
    "an unknown key": (["--set", "api.replica=3"], "replica"),
    "an unknown part": (["--set", "apis.replicas=3"], "apis"),
    "an unknown setting": (["--set", "config.logs=INFO"], "logs"),
    "an unknown environment": (["--set", "environment=prod"], "environment"),
    "no secret for the database": (["--set", "secrets.database="], "secrets.database is empty"),
    "secrets in values in production": (["--set", "secrets.create=true"], "secrets.create is for trying out"),
    "made secrets without a password": (
        ["--set", "environment=staging,secrets.create=true,secrets.s3=,postgresql.enabled=true"], "secrets.values.database_password is missing"),
    "made secrets without a database": (["--set", "environment=staging,secrets.create=true,secrets.s3="], "secrets.values.database_url is missing"),
    "made secrets without keys": (
        ["--set", "environment=staging,secrets.create=true,secrets.values.database_url=postgresql://b@h/b"], "secrets.values.s3_access_key_id is missing"),
    "more pods at least than at most": (["--set", "api.autoscaling.minReplicas=11"], "is more than maxReplicas"),
    "a budget that leaves no pod to give up": (["--set", "api.disruption.minAvailable=3"], "nodes could never be emptied"),
    "debug logs in production": (["--set", "config.log_level=DEBUG"], "which production refuses"),
    "plain http origins in production": (["--set", "config.allowed_origins=http://bifrost.example.com"], "which is not https"),
    "a plain http API in production": (["--set", "web.apiUrl=http://api.bifrost.example.com"], "must be https"),
    "a password in a plain setting": (["--set", "config.redis_url=redis://:secret@bifrost-redis:6379/0"], "redis_url"),
    "the tag latest": (["--set", "image.tag=latest"], "tag"),
    "a digest that is none": (["--set", "api.image.digest=sha256:abc"], "digest"),
    "no limits": (["--set", "worker.resources.limits=null"], "limits"),
    "two services bifrost-redis": (["--set", "redis.enabled=true,external.redis=redis.example.com"], "choose one"),
    "an unknown key of a part that comes along": (["--set", "redis.enabled=true,redis.password=x"], "password"),
}


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.replace(" ", "-"))
def test_values_that_make_no_sense_are_refused(case):
    options, words = REFUSED[case]
    done = template(*options, expect=1)
    assert words in done.stderr, done.stderr
    assert "nil pointer" not in done.stderr and "<nil>" not in done.stderr


# --- names that meet
def secrets_of(spec):
    for container in spec["containers"]:
        for entry in container.get("env", []):
            if reference := entry.get("valueFrom", {}).get("secretKeyRef"):
                yield reference["name"]
    for volume in spec.get("volumes", []):
        if "secret" in volume:
            yield volume["secret"]["secretName"]
    for entry in spec.get("imagePullSecrets", []):
        yield entry["name"]


# Made by an administrator before a release; the notes after an install name those of the chart's own.
OUTSIDE = {
    "Secret": {"bifrost-db-credentials", "bifrost-s3-credentials", "bifrost-db-ca", "bifrost-redis-credentials", "registry-login"},
    "PersistentVolumeClaim": {"studio-projects"},
}


def names(things, kind):
    return {thing["metadata"]["name"] for thing in things if thing["kind"] == kind}


def test_everything_that_pods_name_is_rendered_or_declared_to_be_outside(release):
    things = rendered(release)
    config = next(thing for thing in things if thing["kind"] == "ConfigMap")["data"]
    for thing in things:
        pod = pod_spec(thing)
        if pod is None:
            continue
        _, spec = pod
        where = f"{thing['kind']} {thing['metadata']['name']}"
        for secret in secrets_of(spec):
            assert secret in names(things, "Secret") | OUTSIDE["Secret"], f"{where}: secret {secret}"
        for container in spec["containers"]:
            for entry in container.get("env", []):
                if reference := entry.get("valueFrom", {}).get("configMapKeyRef"):
                    assert reference["key"] in config, f"{where}: {reference}"
        for volume in spec.get("volumes", []):
            if claim := volume.get("persistentVolumeClaim", {}).get("claimName"):
                assert claim in names(things, "PersistentVolumeClaim") | OUTSIDE["PersistentVolumeClaim"], f"{where}: claim {claim}"
        assert spec["serviceAccountName"] in names(things, "ServiceAccount"), where


def test_every_setting_of_the_config_map_is_read_by_the_pods(release):
    things = rendered(release)
    config = set(next(thing for thing in things if thing["kind"] == "ConfigMap")["data"])
    for name in ("bifrost-api", "bifrost-worker"):
        spec = next(thing for thing in things if thing["kind"] == "Deployment" and thing["metadata"]["name"] == name)["spec"]["template"]["spec"]
        entries = spec["containers"][0]["env"]
        read = {entry["valueFrom"]["configMapKeyRef"]["key"] for entry in entries if "configMapKeyRef" in entry.get("valueFrom", {})}
        unread = {"redis_url"} if release == "everything" else set()  # its secret takes the place
        assert config - read == unread
        assert len(entries) == len({entry["name"] for entry in entries}), f"{name} sets something twice"


def test_every_variable_of_the_pods_is_a_setting_of_the_program(release):
    known = set(re.findall(r"^\| `([A-Z0-9_]+)`", (ROOT / "docs/operations/configuration.md").read_text(), re.M)) | {"PGSSLROOTCERT", "JOB_NAME"}
    for thing in rendered(release):
        pod = pod_spec(thing)
        if pod and pod[0].get("component") in ("api", "worker", "migrate", "backup"):
            unknown = {entry["name"] for entry in pod[1]["containers"][0]["env"]} - known
            assert unknown == set(), f"{thing['kind']} {thing['metadata']['name']}"


def test_services_and_ingresses_lead_to_ports_that_pods_have(release):
    things = rendered(release)
    pods = [pod_spec(thing) for thing in things if pod_spec(thing)]
    services = {}
    for thing in things:
        if thing["kind"] != "Service" or thing["spec"].get("type") == "ExternalName":
            continue
        chosen = [spec for labels, spec in pods if thing["spec"]["selector"].items() <= labels.items()]
        assert len(chosen) == 1, thing["metadata"]["name"]
        ports = {port["name"] for container in chosen[0]["containers"] for port in container["ports"]}
        assert {port["targetPort"] for port in thing["spec"]["ports"]} <= ports
        services[thing["metadata"]["name"]] = {port["name"] for port in thing["spec"]["ports"]}
    for thing in things:
        if thing["kind"] == "Ingress":
            for rule in thing["spec"]["rules"]:
                for path in rule["http"]["paths"]:
                    backend = path["backend"]["service"]
                    assert backend["port"]["name"] in services[backend["name"]]


def test_hosts_that_settings_name_are_services_of_the_release(release):
    things = rendered(release)
    services = names(things, "Service")
    config = next(thing for thing in things if thing["kind"] == "ConfigMap")["data"]
    hosts = {re.match(r"rediss?://([^:/]+)", config["redis_url"]).group(1)}
    for thing in things:
        if thing["kind"] == "Secret" and "url" in thing.get("stringData", {}):
            hosts.add(re.search(r"@([^:/]+)", thing["stringData"]["url"]).group(1))
    if release == "defaults":
        hosts.discard("bifrost-redis")  # made by whoever installs with the defaults alone
    assert hosts <= services, hosts - services


def test_selectors_find_their_own_pods_and_no_others(release):
    things = rendered(release)
    pods = [(f"{thing['kind']}/{thing['metadata']['name']}", pod_spec(thing)[0]) for thing in things if pod_spec(thing)]
    for thing in things:
        if thing["kind"] in ("Deployment", "StatefulSet", "PodDisruptionBudget"):
            wanted = thing["spec"]["selector"]["matchLabels"]
            found = [name for name, labels in pods if wanted.items() <= labels.items()]
            assert len(found) == 1, f"{thing['kind']} {thing['metadata']['name']} selects {found}"


def test_every_pod_is_as_pod_security_restricted_wants_it(release):
    for thing in rendered(release):
        pod = pod_spec(thing)
        if pod is None:
            continue
        labels, spec = pod
        where = f"{thing['kind']} {thing['metadata']['name']}"
        security = spec["securityContext"]
        assert security["runAsNonRoot"] is True and security["runAsUser"] > 0 and security["runAsGroup"] > 0, where
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}, where
        assert spec["automountServiceAccountToken"] is False, where
        for container in spec["containers"]:
            inner = container["securityContext"]
            assert inner["allowPrivilegeEscalation"] is False and inner["capabilities"] == {"drop": ["ALL"]}, where
            assert inner["readOnlyRootFilesystem"] is True, where
            assert set(container["resources"]["limits"]) >= {"cpu", "memory", "ephemeral-storage"}, where
        assert all(set(volume) & {"emptyDir", "secret", "persistentVolumeClaim", "name"} == set(volume) for volume in spec.get("volumes", [])), where
        if labels.get("app") == "bifrost":
            assert security["runAsUser"] == 1000, where


def test_an_autoscaled_deployment_names_no_number_of_pods(release):
    things = rendered(release)
    scaled = {thing["spec"]["scaleTargetRef"]["name"] for thing in things if thing["kind"] in ("HorizontalPodAutoscaler", "ScaledObject")}
    for thing in things:
        if thing["kind"] == "Deployment" and thing["metadata"]["name"].startswith("bifrost-"):
            assert ("replicas" in thing["spec"]) != (thing["metadata"]["name"] in scaled), thing["metadata"]["name"]


def test_a_pod_that_ends_has_time_for_its_drain(release):
    for thing in rendered(release):
        if thing["kind"] != "Deployment" or thing["metadata"]["name"] not in ("bifrost-api", "bifrost-worker"):
            continue
        spec = thing["spec"]["template"]["spec"]
        container = spec["containers"][0]
        drain = int(next(entry["value"] for entry in container["env"] if entry["name"] == "DRAIN_SECONDS"))
        wait = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        assert spec["terminationGracePeriodSeconds"] >= drain + wait + 5


def test_a_changed_setting_rolls_the_pods_and_nothing_else_does():
    def annotations(*options):
        things = [thing for thing in yaml.safe_load_all(template(*options).stdout) if thing]
        return {thing["metadata"]["name"]: thing["spec"]["template"]["metadata"].get("annotations") for thing in things if thing["kind"] == "Deployment"}

    before, other, same = annotations(), annotations("--set", "config.max_file_size_mb=6000"), annotations("--set", "minReadySeconds=6")
    assert before == same
    assert before["bifrost-api"] != other["bifrost-api"] and before["bifrost-worker"] != other["bifrost-worker"]
    assert before["bifrost-web"] == other["bifrost-web"]


def test_a_migration_comes_before_the_pods_where_the_database_is_there_already():
    for release, expected in (("production", "pre-install,pre-upgrade"), ("staging", None)):
        jobs = [thing for thing in rendered(release) if thing["kind"] == "Job"]
        assert [job["metadata"].get("annotations", {}).get("helm.sh/hook") for job in jobs] == [expected], release
        # What the hook needs must come before it or not be the chart's.
        if expected:
            account = next(thing for thing in rendered(release) if thing["kind"] == "ServiceAccount" and thing["metadata"]["name"] == "bifrost-migrate")
            assert int(account["metadata"]["annotations"]["helm.sh/hook-weight"]) < int(jobs[0]["metadata"]["annotations"]["helm.sh/hook-weight"])
            env = jobs[0]["spec"]["template"]["spec"]["containers"][0]["env"]
            assert not any("configMapKeyRef" in entry.get("valueFrom", {}) for entry in env)


def test_a_process_without_its_database_is_sent_nothing_and_not_restarted(release):
    for thing in rendered(release):
        if thing["kind"] != "Deployment" or not thing["metadata"]["labels"].get("app") == "bifrost":
            continue
        container = thing["spec"]["template"]["spec"]["containers"][0]
        paths = {probe: container[f"{probe}Probe"]["httpGet"]["path"] for probe in ("startup", "readiness", "liveness")}
        wanted = "/health.html /health.html /health.html" if container["name"] == "web" else "/livez /readyz /livez"
        assert " ".join(paths.values()) == wanted, thing["metadata"]["name"]
