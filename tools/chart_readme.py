#!/usr/bin/env python3
"""Writes deploy/bifrost-chart/README.md out of values.yaml: every value with its default and the comment above it.

    tools/chart_readme.py [--check]
"""

import argparse
import json
import pathlib
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[1]
CHART = ROOT / "deploy/bifrost-chart"

HEAD = """# Bifrost's chart

    kubectl apply -f deploy/kubernetes/bifrost-namespaces.yaml
    helm upgrade --install bifrost deploy/bifrost-chart -n bifrost-prod -f deploy/bifrost-chart/values-production.yaml

One release a namespace: names are fixed (`bifrost-api`, `bifrost-config`, …), as runbooks and dashboards know them. `values-staging.yaml` brings PostgreSQL and Redis of its own,
`values-production.yaml` expects them in `bifrost-data`. Secrets are made beforehand; the notes after an install say how. Values that make no sense are refused before anything is changed.
More in [docs/operations/kubernetes.md](../../docs/operations/kubernetes.md). This page is written by `tools/chart_readme.py` out of `values.yaml`.

| value | default | what it is |
|---|---|---|
"""


def rows(node, lines, prefix=""):
    """Leaves of a YAML mapping node with the comments right above them."""
    for key, value in node.value:
        name = f"{prefix}{key.value}"
        comment = []
        line = key.start_mark.line - 1
        while line >= 0 and lines[line].strip().startswith("#"):
            comment.insert(0, lines[line].strip().lstrip("# "))
            line -= 1
        flow = getattr(value, "flow_style", False)
        if isinstance(value, yaml.MappingNode) and value.value and not flow and name not in ("networkPolicy.dns",):
            if comment and prefix:
                yield name, None, " ".join(comment)
            yield from rows(value, lines, name + ".")
        else:
            yield name, yaml.SafeLoader("").construct_object(value, deep=True) if value.value != "" else "", " ".join(comment)


def page():
    text = (CHART / "values.yaml").read_text()
    out = HEAD
    for name, value, comment in rows(yaml.compose(text), text.splitlines()):
        shown = "" if value is None else f"`{json.dumps(value, ensure_ascii=False)}`"
        if len(shown) > 120:
            shown = "see `values.yaml`"
        out += f"| `{name}` | {shown} | {comment} |\n"
    return out


def main():
    parser = argparse.ArgumentParser(description="Writes the chart's README.md.")
    parser.add_argument("--check", action="store_true", help="fail when it differs")
    options = parser.parse_args()
    path = CHART / "README.md"
    if options.check:
        if not path.exists() or path.read_text() != page():
            sys.exit("deploy/bifrost-chart/README.md differs from values.yaml: run tools/chart_readme.py")
    else:
        path.write_text(page())


if __name__ == "__main__":
    main()
