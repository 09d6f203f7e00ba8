"""Figures of what people hear and do at once: many idle listeners and one change, and tasks that are moved one by one."""
import http.client
import json
import pathlib
import re
import resource
import selectors
import socket
import statistics
import time

from bench_site import Postgres, Site, folder, wrk

LISTENERS = 5_000
CHANGES = 40
TASKS = 4_000
TRANSITION_ONE = pathlib.Path(__file__).with_name("transition_one.sql")


class Listeners:
    """Open event streams, read by one thread without a word in between."""

    def __init__(self, site, count):
        self.count, self.selector = count, selectors.EpollSelector()
        host, port = re.match(r"http://([^:]+):(\d+)", site.url).groups()
        request = f"GET /api/v1/events/stream HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {site.token}\r\n\r\n".encode()
        self.sockets = []
        for _ in range(count):
            one = socket.create_connection((host, int(port)), timeout=60)
            one.sendall(request)
            one.setblocking(False)
            self.selector.register(one, selectors.EVENT_READ, bytearray())
            self.sockets.append(one)

    def until_all_have(self, text, seconds=60):
        """When the last of them had it (time.perf_counter)."""
        waiting, end, last = self.count, time.perf_counter() + seconds, 0.0
        heard = set()
        while waiting:
            if time.perf_counter() > end:
                raise RuntimeError(f"{waiting} of {self.count} heard nothing")
            for key, _ in self.selector.select(1):
                piece = key.fileobj.recv(65_536)
                if not piece:
                    raise RuntimeError("a stream ended")
                if key.fd not in heard:
                    key.data.extend(piece)
                    if text in key.data:
                        heard.add(key.fd)
                        key.data.clear()
                        waiting -= 1
            last = time.perf_counter()
        return last

    def close(self):
        self.selector.close()
        for one in self.sockets:
            one.close()


def one_change(site, listeners, asset, number):
    """Milliseconds from sending a change to its reaching the last listener."""
    host, port = re.match(r"http://([^:]+):(\d+)", site.url).groups()
    connection = http.client.HTTPConnection(host, int(port))
    connection.connect()
    name = f"Changed {number:04}"
    body = json.dumps({"name": name})
    start = time.perf_counter()
    connection.request("PATCH", f"/api/v1/assets/{asset}", body, {"Authorization": f"Bearer {site.token}", "Content-Type": "application/json"})
    last = listeners.until_all_have(name.encode())
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()
    return (last - start) * 1000


def streams(row, note):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, LISTENERS + 1_000), hard))
    with folder() as base:
        site = Site(base)
        site.call("POST", "/api/v1/projects", {"code": "bench", "name": "Bench"})
        asset, _ = site.call("POST", "/api/v1/projects/bench/assets", {"code": "heard", "name": "Heard", "type": "prop"})
        warm = Listeners(site, 20)
        warm.until_all_have(b"event: ready")
        before = site.memory()
        listeners = Listeners(site, LISTENERS - 20)
        listeners.until_all_have(b"event: ready")
        idle = site.memory()
        times = sorted(one_change(site, listeners, asset["id"], number) for number in range(CHANGES))
        row(f"{LISTENERS:,} idle listeners, one change, until the last has it, p99, ms", times[-1], 250, "less")
        row("  memory of one, KB", (idle - before) * 1024 / (LISTENERS - 20), 20, "less")
        note(f"median {statistics.median(times):.0f} ms of {CHANGES} changes; after them {(site.memory() - before) * 1024 / (LISTENERS - 20):.1f} KB each")
        listeners.close()
        warm.close()
        site.stop()


def fill(site, postgres):
    """Tasks, and a table by which pgbench finds them."""
    project, _ = site.call("POST", "/api/v1/projects", {"code": "bench", "name": "Bench"})
    ids = []
    for at in range(0, TASKS, 1_000):
        def made(path, bodies):
            operations = [{"op": "create", "path": path, "body": body} for body in bodies]
            return [one["id"] for one in site.call("POST", "/api/v1/batch", {"operations": operations})[0]["results"]]
        assets = made("/projects/bench/assets", [{"code": f"asset_{i:05}", "name": f"Asset {i}", "type": "prop"} for i in range(at, at + 1_000)])
        ids += made("/projects/bench/tasks", [{"entity_id": one, "task_type": "modeling"} for one in assets])
    postgres.sql("create table bench_task (n bigint primary key, id uuid not null)")
    postgres.sql("insert into bench_task values " + ", ".join(f"({n + 1}, '{one}')" for n, one in enumerate(ids)))
    postgres.sql("analyze")
    return project, ids


LUA = """local ids = {%s}
local n = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  local id = ids[n %% #ids + 1]
  local to = math.floor(n / #ids) %% 2 == 0 and "in_progress" or "todo"
  n = n + 1
  return wrk.format(nil, "/api/v1/tasks/" .. id .. "/transitions", nil, '{"to": "' .. to .. '"}')
end
"""


def status(row, note):
    with folder() as base:
        for name in ("pg", "site"):
            (base / name).mkdir()
        postgres = Postgres(base / "pg")
        site = Site(base / "site", postgres.url)
        project, ids = fill(site, postgres)
        user = postgres.sql("select id from user_account limit 1")
        defines = [f"tasks={TASKS}", f"project={project['id']}", f"actor={user}"]
        ratios, rates = [], []
        half = len(ids) // 5
        for turn in range(5):
            # A run of wrk begins with tasks that are to do, so that each turn has its own.
            script = base / "status.lua"
            script.write_text(LUA % ", ".join(f'"{one}"' for one in ids[turn * half:(turn + 1) * half]))
            other = postgres.pgbench(TRANSITION_ONE, seconds=4, defines=defines)
            postgres.sql("update task set status = 'todo'")
            rate, _ = wrk(site, "/", seconds=4, lua=script)
            ratios.append(rate / other)
            rates.append((rate, other))
        row("a task's status changed, 16 connections, durable, of pgbench (median of 5)", statistics.median(ratios), 0.5, "more")
        rate, other = rates[ratios.index(statistics.median(ratios))]
        note(f"{rate:.0f} of {other:.0f}/s; {min(ratios):.2f} to {max(ratios):.2f}")
        site.stop()
        postgres.stop()


def live(row, note):
    streams(row, note)
    status(row, note)
