#!/usr/bin/env python3
"""The test named `layers`: reads every #include in src/ and fails on an arrow that the architecture doesn't have.

Also held here: C headers of backends stay in their backend's folder, Beast in src/http, and files and headers keep to the
sizes of ARCHITECTURE.md. There are no exceptions.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"

# room → rooms that it may include (besides itself). A room is a folder of src/, or of src/services/.
BELOW = {"core"}
DATA = BELOW | {"database"}
SERVICES_BASE = DATA | {"query", "queue", "events", "access", "cache", "storage", "outbound"}
ARROWS = {
    "core": set(),
    "database": BELOW,
    "cache": DATA,
    "storage": BELOW,
    "outbound": BELOW,
    "query": DATA,
    "queue": DATA | {"query"},
    "events": DATA,
    "access": DATA | {"query", "events"},
    "services/project": SERVICES_BASE,
    "services/folder": SERVICES_BASE | {"services/project"},
    "services/publish": SERVICES_BASE | {"services/project", "services/folder"},
    "services/asset": SERVICES_BASE | {"services/project", "services/folder", "services/publish"},
    "services/shot": SERVICES_BASE | {"services/project", "services/folder", "services/publish"},
    "services/task": SERVICES_BASE | {"services/project"},
    "services/workflow": SERVICES_BASE | {"services/project", "services/folder", "services/publish", "services/asset", "services/shot", "services/task", "services/webhook"},
    "services/webhook": SERVICES_BASE | {"services/project"},
    "services/comment": SERVICES_BASE | {"services/project"},
    # notifications hear of everything through events
    "services/notification": SERVICES_BASE,
    "services/history": SERVICES_BASE | {"services/project", "services/folder", "services/publish", "services/asset", "services/shot", "services/task", "services/workflow"},
    "services/editorial": SERVICES_BASE | {"services/project", "services/folder", "services/publish", "services/asset", "services/shot", "services/task", "services/workflow"},
    "services/csv": SERVICES_BASE | {"services/project", "services/folder", "services/publish", "services/asset", "services/shot"},
    "services/scene": SERVICES_BASE | {"services/project", "services/folder", "services/publish"},
    # search hears of changes through events only
    "services/search": SERVICES_BASE,
    # copies of whole sites: knows tables, not what they mean
    "site": SERVICES_BASE,
    "http": BELOW,
    "media": BELOW,
    "client": BELOW,
}
SERVICES = {name for name in ARROWS if name.startswith("services/")}
ARROWS["api"] = SERVICES_BASE | SERVICES | {"http"}
ARROWS["worker"] = SERVICES_BASE | SERVICES | {"media"}
ARROWS["apps"] = SERVICES_BASE | SERVICES | {"site", "api", "http", "worker", "client", "media"}

# header pattern → folders of src/ that may include it
BACKENDS = {
    r"libpq-fe\.h|postgres_ext\.h|pg_config.*": {"database/postgres"},
    r"sqlite3\.h": {"database/sqlite"},
    r"curl/.*": {"client/transport", "outbound", "storage/s3"},
    r"expat\.h": {"storage/s3"},
    r"hiredis/.*": {"cache/redis"},
    r"boost/(beast|asio)(/.*|\.hpp)": {"http"},
    r"prometheus/.*|spdlog/.*": {"core"},
    r"yaml-cpp/.*": {"client/ingest", "core"},
    r"argon2\.h": {"access"},
}
IN_HEADERS_NEVER = re.compile(r"spdlog/.*|regex|iostream|boost/(beast|asio)(/.*|\.hpp)")
MOST_LINES = {".hpp": 200, ".cpp": 500}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def room_of(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "services" else parts[0]


def check(path: pathlib.Path) -> list[str]:
    relative = path.relative_to(SRC).as_posix()
    room, folder = room_of(relative), path.parent.relative_to(SRC).as_posix()
    faults = []
    if room not in ARROWS:
        return [f"src/{relative}: the room '{room}' is not in tools/check_layers.py; name its arrows there"]
    lines = path.read_text(encoding="utf-8").splitlines()
    if len(lines) > MOST_LINES[path.suffix]:
        faults.append(f"src/{relative}: {len(lines)} lines, at most {MOST_LINES[path.suffix]}: a noun wants its own file")
    for number, line in enumerate(lines, 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        quote, header = found.groups()
        where = f"src/{relative}:{number}: {header}"
        for pattern, folders in BACKENDS.items():
            if re.fullmatch(pattern, header) and folder not in folders:
                faults.append(f"{where} belongs to {' and '.join(sorted(folders))} only")
        if path.suffix == ".hpp" and room not in {"http"} and IN_HEADERS_NEVER.fullmatch(header):
            faults.append(f"{where} must not stand in a header")
        if quote == '"' and "/" in header:
            target = room_of(header)
            if target != room and target not in ARROWS[room]:
                faults.append(f"{where}: there is no arrow from {room} to {target}")
        elif quote == '"':
            faults.append(f"{where}: write the path from src/")
    return faults


def main() -> int:
    files = sorted([*SRC.rglob("*.hpp"), *SRC.rglob("*.cpp")])
    faults = [fault for path in files for fault in check(path)]
    for fault in faults:
        print(fault)
    print(f"layers: {len(files)} files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
