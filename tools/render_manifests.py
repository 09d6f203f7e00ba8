#!/usr/bin/env python3
"""Writes deploy/kubernetes/ out of the chart with values-production.yaml, for those who install without Helm: the files that are named
below, each with its objects; and prometheus-configmap.yaml out of deploy/monitoring. bifrost-namespaces.yaml is written by hand: it is an administrator's.

    tools/render_manifests.py [--check]      --check: fail when a file differs from what the chart says
"""

import argparse
import difflib
import os
import pathlib
import subprocess
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[1]
CHART = ROOT / "deploy/bifrost-chart"
OUT = ROOT / "deploy/kubernetes"

FILES = {
    "bifrost-api-deployment.yaml": [("Deployment", "bifrost-api")],
    "bifrost-api-service.yaml": [("Service", "bifrost-api"), ("Ingress", "bifrost-api-ingress")],
    "bifrost-worker-deployment.yaml": [("Deployment", "bifrost-worker")],
    "bifrost-web-deployment.yaml": [("Deployment", "bifrost-web")],
    "bifrost-web-service.yaml": [("Service", "bifrost-web"), ("Ingress", "bifrost-web-ingress")],
    "bifrost-storage.yaml": [("PersistentVolumeClaim", "bifrost-cache-pvc"), ("PersistentVolumeClaim", "bifrost-backup-pvc")],
    "bifrost-config.yaml": [("ConfigMap", "bifrost-config"), ("Service", "bifrost-redis")],
    "bifrost-hpa.yaml": [("HorizontalPodAutoscaler", "bifrost-api-hpa")],
    "bifrost-worker-scaling.yaml": [("HorizontalPodAutoscaler", "bifrost-worker-scaling")],
    "bifrost-network-policies.yaml": [("NetworkPolicy", None)],
    "bifrost-disruption-budgets.yaml": [("PodDisruptionBudget", None)],
    "bifrost-service-accounts.yaml": [("ServiceAccount", None)],
    "bifrost-migrate-job.yaml": [("Job", "bifrost-migrate")],
    "bifrost-backup.yaml": [("CronJob", None)],
}
MONITORING = ROOT / "deploy/monitoring"


def helm(*words):
    tool = os.environ.get("BIFROST_HELM", str(ROOT / "build/tools/bin/helm"))
    done = subprocess.run([tool, *map(str, words)], capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        sys.exit(f"helm {' '.join(map(str, words))} failed:\n{done.stderr}")
    return done.stdout


def without_helm(thing):
    """The object without what only Helm reads."""
    metadata = thing["metadata"]
    for labels in filter(None, [metadata.get("labels"), *pod_labels(thing)]):
        labels.pop("helm.sh/chart", None)
        labels.pop("app.kubernetes.io/instance", None)
        labels.pop("app.kubernetes.io/managed-by", None)
    annotations = {key: value for key, value in metadata.get("annotations", {}).items() if not key.startswith("helm.sh/")}
    metadata.pop("annotations", None)
    if annotations:
        metadata["annotations"] = annotations
    return thing


def pod_labels(thing):
    spec = thing.get("spec", {})
    template = spec.get("jobTemplate", {}).get("spec", {}).get("template") or spec.get("template")
    return [template["metadata"].get("labels")] if isinstance(template, dict) else []


class Dumper(yaml.SafeDumper):
    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)


def represent_text(dumper, text):
    """Files inside of files stay readable."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


Dumper.add_representer(str, represent_text)


def prometheus():
    """Prometheus' settings and rules as ConfigMaps, and its right to look for pods."""

    def config_map(name, files):
        data = {key: (MONITORING / path).read_text() for key, path in files.items()}
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "monitoring"}, "data": data}

    account = {"name": "prometheus", "namespace": "monitoring"}
    role = {"name": "bifrost-prometheus"}
    return [
        config_map("prometheus-config", {"prometheus.yml": "prometheus-kubernetes.yml"}),
        config_map("prometheus-rules", {"recording.yml": "rules/recording.yml", "alerts.yml": "rules/alerts.yml"}),
        config_map("alertmanager-config", {"alertmanager.yml": "alertmanager.yml"}),
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": role,
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}],
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": role,
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", **role},
            "subjects": [{"kind": "ServiceAccount", **account}],
        },
    ]


def render():
    text = helm("template", "bifrost", CHART, "--namespace", "bifrost-prod", "--values", CHART / "values-production.yaml", "--kube-version", "1.35.0")
    things = [thing for thing in yaml.safe_load_all(text) if thing and thing["metadata"].get("annotations", {}).get("helm.sh/hook") != "test"]
    files, taken = {}, set()
    for name, wanted in FILES.items():
        parts = []
        for kind, object_name in wanted:
            found = [thing for thing in things if thing["kind"] == kind and object_name in (None, thing["metadata"]["name"])]
            if not found:
                sys.exit(f"{name}: the chart has no {kind} {object_name or ''}")
            parts += found
        taken |= {id(part) for part in parts}
        documents = [yaml.dump(without_helm(part), Dumper=Dumper, sort_keys=False, width=160, allow_unicode=True) for part in parts]
        files[name] = "# From the chart with values-production.yaml by tools/render_manifests.py: change the chart, not this file.\n" + "---\n".join(documents)
    documents = [yaml.dump(part, Dumper=Dumper, sort_keys=False, width=160, allow_unicode=True) for part in prometheus()]
    files["prometheus-configmap.yaml"] = "# Out of deploy/monitoring by tools/render_manifests.py: change the files there, not this one.\n" + "---\n".join(documents)
    forgotten = [f"{thing['kind']} {thing['metadata']['name']}" for thing in things if id(thing) not in taken]
    if forgotten:
        sys.exit(f"objects of the chart that no file takes: {', '.join(forgotten)}; name them in FILES")
    return files


def main():
    parser = argparse.ArgumentParser(description="Writes deploy/kubernetes/ out of the chart.")
    parser.add_argument("--check", action="store_true", help="fail when a file differs")
    options = parser.parse_args()
    bad = False
    for name, text in render().items():
        path = OUT / name
        present = path.read_text() if path.exists() else ""
        if options.check and present != text:
            bad = True
            sys.stdout.writelines(difflib.unified_diff(present.splitlines(True), text.splitlines(True), f"{name} (file)", f"{name} (chart)"))
        elif not options.check and present != text:
            path.write_text(text)
            print(f"wrote {path.relative_to(ROOT)}")
    if bad:
        sys.exit("deploy/kubernetes differs from the chart: run tools/render_manifests.py")


if __name__ == "__main__":
    main()
