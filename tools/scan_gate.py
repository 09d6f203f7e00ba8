#!/usr/bin/env python3
"""Decides over a scanner's report (Trivy's or Grype's JSON): ends with 1 when it has critical findings that nobody has accepted.

    tools/scan_gate.py REPORT.json [--accepted FILE]

The file of accepted ones has a line each: identifier, the day until which it holds (YYYY-MM-DD), the reason.
"""

import argparse
import datetime
import json
import pathlib
import sys


def findings(report):
    """(identifier, severity, package, version) of either scanner."""
    if "matches" in report:  # Grype
        for match in report["matches"]:
            yield match["vulnerability"]["id"], match["vulnerability"]["severity"], match["artifact"]["name"], match["artifact"]["version"]
    elif "Results" in report:  # Trivy
        for result in report["Results"]:
            for one in result.get("Vulnerabilities") or []:
                yield one["VulnerabilityID"], one["Severity"], one["PkgName"], one["InstalledVersion"]
    else:
        sys.exit("the report is neither Grype's nor Trivy's: it has no `matches` and no `Results`")


def accepted(path, today):
    out = set()
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split(None, 2)
        try:
            identifier, until, _ = words[0], datetime.date.fromisoformat(words[1]), words[2]
        except (IndexError, ValueError):
            sys.exit(f"{path}:{number}: must be an identifier, a day (YYYY-MM-DD) and a reason")
        if until >= today:
            out.add(identifier)
    return out


def main():
    parser = argparse.ArgumentParser(description="Blocks on critical findings.")
    parser.add_argument("report", type=pathlib.Path)
    parser.add_argument("--accepted", type=pathlib.Path)
    options = parser.parse_args()
    known = accepted(options.accepted, datetime.date.today()) if options.accepted else set()
    found = sorted({one for one in findings(json.loads(options.report.read_text())) if one[1].lower() == "critical"})
    open_ones = [one for one in found if one[0] not in known]
    for identifier, _, package, version in found:
        print(f"{'blocks  ' if identifier not in known else 'accepted'} {identifier} {package} {version}")
    print(f"{len(open_ones)} critical findings block, {len(found) - len(open_ones)} are accepted")
    sys.exit(1 if open_ones else 0)


if __name__ == "__main__":
    main()
