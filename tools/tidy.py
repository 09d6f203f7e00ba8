#!/usr/bin/env python3
"""clang-tidy over src/, only what changed since it was last found clean.

  tools/tidy.py [--jobs N] [file…]

A file is clean as long as it, every header of src/ and .clang-tidy are what they were; that is kept under build/tidy/. The
build's precompiled header is g++'s own, so another is made here for clang.
"""
import argparse
import concurrent.futures
import hashlib
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEV = ROOT / "build" / "dev"
STAMPS = ROOT / "build" / "tidy"
INCLUDES = [f"-I{ROOT / 'src'}", f"-I{DEV / 'generated'}", "-isystem", "/usr/include/postgresql"]


def digest_of(*paths):
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def make_pch():
    source = DEV / "CMakeFiles" / "bifrost_pch.dir" / "cmake_pch.hxx"
    made = STAMPS / "pch.pch"
    stamp = STAMPS / "pch.stamp"
    if not made.exists() or not stamp.exists() or stamp.read_text() != digest_of(source):
        subprocess.run(["clang++-14", "-std=c++20", "-w", "-x", "c++-header", str(source), "-o", str(made)], check=True)
        stamp.write_text(digest_of(source))
    return made


def check(file, pch, shared):
    stamp = STAMPS / (str(file.relative_to(ROOT)).replace("/", "__") + ".clean")
    digest = shared + digest_of(file)
    if stamp.exists() and stamp.read_text() == digest:
        return True, ""
    ran = subprocess.run(
        ["clang-tidy", "--quiet", str(file), "--", "-std=c++20", *INCLUDES, "-include-pch", str(pch), '-DBIFROST_VERSION="0"'],
        capture_output=True, text=True)
    if ran.returncode == 0:
        stamp.write_text(digest)
    return ran.returncode == 0, ran.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    STAMPS.mkdir(parents=True, exist_ok=True)
    headers = sorted((ROOT / "src").rglob("*.hpp"))
    shared = digest_of(ROOT / ".clang-tidy", *headers)
    files = [file.resolve() for file in options.files] or sorted((ROOT / "src").rglob("*.cpp"))
    pch = make_pch()
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for clean, output in pool.map(lambda file: check(file, pch, shared), files):
            bad += not clean
            sys.stdout.write(output)
    print(f"clang-tidy: {len(files)} files, {bad} with findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
