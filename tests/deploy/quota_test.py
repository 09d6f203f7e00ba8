"""Everything that may run at the same time, added up, against what the namespace allows."""

import re

import yaml
from conftest import ROOT, pod_spec, rendered, values

UNITS = {"m": 1e-3, "": 1.0, "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40}


def quantity(text):
    number, unit = re.fullmatch(r"([0-9.]+)(m|Ki|Mi|Gi|Ti)?", str(text)).groups()
    return float(number) * UNITS[unit or ""]


def most_pods(thing, things):
    """How many pods of an object may be there at once: its greatest number, and what a rollout adds."""
    name, kind, spec = thing["metadata"]["name"], thing["kind"], thing.get("spec", {})
    if kind == "Deployment":
        most = spec.get("replicas")
        for other in things:
            if other["kind"] == "HorizontalPodAutoscaler" and other["spec"]["scaleTargetRef"]["name"] == name:
                most = other["spec"]["maxReplicas"]
            if other["kind"] == "ScaledObject" and other["spec"]["scaleTargetRef"]["name"] == name:
                most = other["spec"]["maxReplicaCount"]
        return most + (spec["strategy"].get("rollingUpdate", {}).get("maxSurge", 0))
    if kind == "StatefulSet":
        return spec["replicas"]
    return 1  # jobs, and Helm's test


# A certificate's solver while it answers, with the limits of the namespace's LimitRange.
SOLVERS = {"pods": 2, "requests.cpu": 0.1, "requests.memory": 2 * 64 * 2**20, "limits.cpu": 0.2, "limits.memory": 2 * 128 * 2**20}


def total(release):
    things, sums = rendered(release), dict(SOLVERS)
    for thing in things:
        pod = pod_spec(thing)
        if pod is None:
            continue
        count = most_pods(thing, things)
        sums["pods"] += count
        for container in pod[1]["containers"]:
            for kind in ("requests", "limits"):
                for what in ("cpu", "memory"):
                    sums[f"{kind}.{what}"] += count * quantity(container["resources"][kind][what])
    return sums


def quotas():
    documents = yaml.safe_load_all((ROOT / "deploy/kubernetes/bifrost-namespaces.yaml").read_text())
    return {(thing["metadata"]["namespace"], thing["metadata"]["name"]): thing["spec"]["hard"] for thing in documents if thing["kind"] == "ResourceQuota"}


def test_all_of_production_at_full_scale_fits_its_quota():
    allowed = quotas()[("bifrost-prod", "bifrost-quota")]
    sums = total("production")
    for what, most in allowed.items():
        assert sums[what] <= quantity(most), f"{what}: {sums[what]} of {most}"
    # And it is what the requirements allow, not more.
    assert allowed == {"pods": "50", "requests.cpu": "20", "requests.memory": "40Gi", "limits.cpu": "40", "limits.memory": "80Gi"}


def test_all_of_staging_fits_its_quota():
    for what, most in quotas()[("bifrost-staging", "bifrost-quota")].items():
        assert total("staging")[what] <= quantity(most), what


def test_the_sum_counts_what_a_rollout_adds():
    things = rendered("production")
    api = next(thing for thing in things if thing["kind"] == "Deployment" and thing["metadata"]["name"] == "bifrost-api")
    assert most_pods(api, things) == 11
    worker = next(thing for thing in things if thing["kind"] == "Deployment" and thing["metadata"]["name"] == "bifrost-worker")
    assert most_pods(worker, things) == 7


def test_the_charts_idea_of_the_quota_is_the_namespaces():
    for release, namespace in (("production", "bifrost-prod"), ("staging", "bifrost-staging")):
        assert values(release)["quota"]["hard"] == quotas()[(namespace, "bifrost-quota")]


def test_no_container_asks_for_more_than_the_limit_range_allows():
    documents = list(yaml.safe_load_all((ROOT / "deploy/kubernetes/bifrost-namespaces.yaml").read_text()))
    for release, namespace in (("production", "bifrost-prod"), ("staging", "bifrost-staging"), ("defaults", "bifrost-prod")):
        most = next(thing for thing in documents if thing["kind"] == "LimitRange" and thing["metadata"]["namespace"] == namespace)["spec"]["limits"][0]["max"]
        for thing in rendered(release):
            for container in (pod_spec(thing) or ({}, {"containers": []}))[1]["containers"]:
                for what, limit in most.items():
                    assert quantity(container["resources"]["limits"][what]) <= quantity(limit), f"{release} {thing['metadata']['name']} {what}"


def test_volumes_fit_the_namespaces_count():
    for release, namespace in (("production", "bifrost-prod"), ("staging", "bifrost-staging")):
        claims = sum(thing["kind"] == "PersistentVolumeClaim" for thing in rendered(release))
        claims += sum(len(thing["spec"].get("volumeClaimTemplates", [])) for thing in rendered(release) if thing["kind"] == "StatefulSet")
        assert claims <= int(quotas()[(namespace, "bifrost-objects")]["persistentvolumeclaims"])
