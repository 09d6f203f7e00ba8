"""A site that is killed, its database that is stopped, and writers that remember what they were promised."""

import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = os.environ.get("BIFROST_BIN", str(ROOT / "build/release/bifrost"))
POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")
LONG = os.environ.get("BIFROST_CHAOS") == "long"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Postgres:
    """A server of its own, with its shipped durability, that can be stopped as a power cut would."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bifrost-chaos-", dir="/tmp"))
        self.port = free_port()
        self.url = f"postgresql://bifrost@127.0.0.1:{self.port}/postgres"
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
        if self.user:
            subprocess.run(["chown", "postgres:", self.folder], check=True)
        self._run("initdb", "-D", self.folder / "data", "-U", "bifrost", "-A", "trust")
        self.start()

    def _run(self, program, *arguments):
        subprocess.run([*self.user, POSTGRES / program, *map(str, arguments)], check=True, cwd="/",
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self):
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o",
                  f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=100", "start")

    def stop(self):
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")

    def remove(self):
        self.stop()
        subprocess.run(["rm", "-rf", self.folder], check=True)


class Site:
    """`bifrost serve` on one port, to be killed and started again."""

    def __init__(self, folder, database_url=None):
        self.data, self.port, self.log = folder / "site", free_port(), folder / "serve.log"
        self.environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        if database_url:
            self.environment["DATABASE_URL"] = database_url
        made = subprocess.run([BIN, "token", "create", "--data", self.data, "--user", "owner", "--name", "chaos", "--output", "json"],
                              check=True, capture_output=True, text=True, env=self.environment)
        self.token = json.loads(made.stdout)["token"]
        self.start()

    def start(self):
        self.process = subprocess.Popen([BIN, "serve", "--data", self.data, "--port", str(self.port)], stdout=subprocess.PIPE,
                                        stderr=open(self.log, "ab"), text=True, env=self.environment)
        for line in self.process.stdout:
            if re.search(r"listening on", line):
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return
        raise AssertionError("serve ended: " + self.log.read_text()[-3000:])

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=40) == 0

    def call(self, method, path, body=None, key=None, timeout=30):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method, headers=headers,
                                         data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return json.loads(answer.read())


class Writers:
    """Threads that create assets, and repeat what got no answer with the same key until it has one."""

    def __init__(self, site, project, count=4):
        self.site, self.project = site, project
        self.acknowledged, self.refused, self.repeated = {}, [], 0
        self.lock, self.stopping = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.write, args=(number,)) for number in range(count)]
        for thread in self.threads:
            thread.start()

    def write(self, number):
        turn = 0
        while not self.stopping.is_set():
            turn += 1
            code, key = f"w{number}-{turn}", str(uuid.uuid4())
            while True:
                try:
                    made = self.site.call("POST", f"/api/v1/projects/{self.project}/assets", {"code": code, "name": code, "type": "prop"}, key)
                    with self.lock:
                        self.acknowledged[made["id"]] = code
                    break
                except urllib.error.HTTPError as error:
                    if error.code in (409, 500, 502, 503, 504):
                        # 409: an earlier attempt with this key is still on its way.
                        text = error.read().decode()
                        if error.code == 409 and "key" not in text.lower():
                            self.refused.append(f"{code}: {text}")
                            break
                    else:
                        self.refused.append(f"{code}: {error.code} {error.read().decode()}")
                        break
                except (OSError, ValueError):
                    pass
                self.repeated += 1
                time.sleep(random.uniform(0.01, 0.05))

    def wait_for_more(self, count, seconds=60):
        goal, end = len(self.acknowledged) + count, time.monotonic() + seconds
        while len(self.acknowledged) < goal:
            assert time.monotonic() < end, f"no progress: {self.refused[:3]}"
            time.sleep(0.01)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def all_assets(site, project):
    found, cursor = [], ""
    while cursor is not None:
        page = site.call("GET", f"/api/v1/projects/{project}/assets?limit=1000" + (f"&cursor={cursor}" if cursor else ""))
        found += page["data"]
        cursor = page["next_cursor"]
    return found


def events_of(site, action):
    found, since = [], ""
    while True:
        page = site.call("GET", "/api/v1/events?limit=1000" + (f"&since={since}" if since else ""))
        found += [event for event in page["data"] if event["action"] == action]
        since = page["position"]
        if not page["data"] or page["next_cursor"] is None:
            return found


def check(site, project, writers):
    """Every acknowledged write is there once, with its one event. Counts, to be printed."""
    assets = all_assets(site, project)
    by_id = {asset["id"]: asset["code"] for asset in assets}
    lost = [code for id, code in writers.acknowledged.items() if by_id.get(id) != code]
    events = [event["entity_id"] for event in events_of(site, "asset.created") if event["project_id"] == project]
    counts = {"acknowledged": len(writers.acknowledged), "lost": len(lost), "twice": len(assets) - len({asset["code"] for asset in assets}),
              "events_missing": len(set(by_id) - set(events)), "events_twice": len(events) - len(set(events)), "repeated": writers.repeated,
              "refused": len(writers.refused)}
    assert lost == [] and writers.refused == [] and counts["twice"] == counts["events_missing"] == counts["events_twice"] == 0, (counts, lost[:5], writers.refused[:5])
    return counts
