#!/usr/bin/env python3
"""What a release is made of, as CycloneDX 1.5 JSON: the program with its shared libraries (Debian's packages, by dpkg) and what was linked into
it from headers, and the web UI's packages (by web/package-lock.json). The same inputs give the same text: no times, no random numbers.

    tools/sbom.py PROGRAM > bifrost.cdx.json
"""

import argparse
import base64
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[1]
# Compiled in out of headers or archives; no shared library tells of them.
COMPILED_IN = ["libboost1.81-dev", "libcli11-dev", "libfmt-dev", "libspdlog-dev"]


def output(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True).stdout


def package_of(path):
    """dpkg knows a file of /usr/lib by that name or, as /lib is a link to it, by the other."""
    for name in (path, path.removeprefix("/usr"), "/usr" + path):
        done = subprocess.run(["dpkg", "-S", name], capture_output=True, text=True)
        if done.returncode == 0:
            return done.stdout.split(":")[0]
    sys.exit(f"{path} belongs to no package; the program must be built on Debian's packages alone")


def debian(program):
    libraries = re.findall(r"=> (/\S+)", output("ldd", program))
    names = sorted({package_of(os.path.realpath(path)) for path in libraries} | set(COMPILED_IN))
    for name in names:
        form = "${source:Package}\t${source:Version}\t${Version}\t${Architecture}\n"
        source, _, version, architecture = output("dpkg-query", "-W", "-f", form, name).splitlines()[0].split("\t")
        yield {
            "type": "library", "name": name, "version": version,
            "purl": f"pkg:deb/debian/{name}@{version}?arch={architecture}&distro=debian-12",
            "properties": [{"name": "source", "value": source}],
        }


def npm():
    lock = json.loads((ROOT / "web/package-lock.json").read_text())
    for path, package in sorted(lock["packages"].items()):
        if not path or package.get("dev") or package.get("link"):
            continue
        name = path.rpartition("node_modules/")[2]
        part = {"type": "library", "name": name, "version": package["version"], "purl": f"pkg:npm/{name.replace('@', '%40')}@{package['version']}"}
        if licence := package.get("license"):
            part["licenses"] = [{"expression": licence}]
        if integrity := package.get("integrity", ""):
            kind, _, text = integrity.partition("-")
            if kind == "sha512":
                part["hashes"] = [{"alg": "SHA-512", "content": base64.b64decode(text).hex()}]
        yield part


def main():
    parser = argparse.ArgumentParser(description="Writes the bill of materials of a built program.")
    parser.add_argument("program", type=pathlib.Path)
    options = parser.parse_args()
    version = re.search(r"project\(bifrost VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
    digest = hashlib.sha256(options.program.read_bytes()).hexdigest()
    components = [*debian(options.program), *npm()]
    bill = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, digest + json.dumps(components, sort_keys=True))}",
        "metadata": {
            "component": {
                "type": "application", "name": "bifrost", "version": version, "bom-ref": "bifrost", "licenses": [{"license": {"id": "Apache-2.0"}}],
                "hashes": [{"alg": "SHA-256", "content": digest}],
            }
        },
        "components": components,
    }
    json.dump(bill, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
