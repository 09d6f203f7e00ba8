"""The production shape under load while its parts fail: callers that read back what they wrote, studios that publish, and an S3 line that can be bad."""

import asyncio
import hashlib
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
import uuid

from site_kit import BIN, ROOT, all_assets, events_of

sys.path.insert(0, str(ROOT / "tools"))

from production_stack import Stack  # noqa: E402

S3_SERVER = os.environ.get("BIFROST_S3_SERVER", str(ROOT / "build/tools/bin/versitygw"))
BASE = "/api/v1"
BUSY = (408, 429, 500, 502, 503, 504)  # what is asked again; 409 while the first attempt with a key still runs


class Refused(Exception):
    def __init__(self, status, text):
        super().__init__(f"{status} {text[:300]}")
        self.status = status


class Caller:
    """One client with connections of its own, which are made anew whenever they break."""

    def __init__(self, stack):
        self.stack, self.connections = stack, {}

    def once(self, method, path, body=None, at=None, **headers):
        url = at or self.stack.url
        connection = self.connections.pop(url, None) or http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
        sent = {"Authorization": "Bearer " + self.stack.token, "Content-Type": "application/json", **headers}
        try:
            connection.request(method, BASE + path, None if body is None else json.dumps(body), sent)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            raise
        self.connections[url] = connection
        if answer.status >= 400:
            raise Refused(answer.status, text.decode(errors="replace"))
        return json.loads(text), answer.headers

    def call(self, method, path, body=None, at=None, seconds=90, **headers):
        """Repeated until there is an answer, straight to one process at first and by the proxy from then on. The answer, its headers, the repeats."""
        end, repeats = time.monotonic() + seconds, 0
        while True:
            try:
                answer, got = self.once(method, path, body, at if repeats == 0 else None, **headers)
                return answer, got, repeats
            except Refused as refused:
                in_flight = refused.status == 409 and "key" in str(refused).lower()
                if refused.status not in BUSY and not in_flight:
                    raise
                last = refused
            except (OSError, http.client.HTTPException, ValueError) as broken:
                last = broken
            assert time.monotonic() < end, f"{method} {path} has no answer: {last}"
            repeats += 1
            time.sleep(random.uniform(0.01, 0.05))


class ChaosStack(Stack):
    """The stack with an owner's token, and what site_kit.check asks of a site."""

    def __init__(self, **options):
        super().__init__(BIN, S3_SERVER, **options)
        self.token = self.admin("token", "create", "--user", "owner", "--name", "chaos")["token"]
        self.seen = {}

    def call(self, method, path, body=None):
        return Caller(self).call(method, path.removeprefix(BASE), body, **self.seen)[0]

    def see_all(self, project):
        """From here on `call` reads what is written now: a replica that has lost its primary for a moment is behind."""
        _, headers, _ = Caller(self).call("PATCH", f"/projects/{project}", {"name": "Chaos, looked at"})
        self.seen = {"X-Bifrost-Consistency": headers["X-Bifrost-Consistency"]}

    def project(self, code):
        return self.call("POST", "/projects", {"code": code, "name": "Chaos"})["id"]

    def replica_sql(self, text):
        subprocess.run(["/usr/lib/postgresql/15/bin/psql", "-qAt", "-h", "127.0.0.1", "-p", str(self.replica_port), "-U", "bifrost", "postgres", "-c", text],
                       check=True, capture_output=True)

    def flush_redis(self):
        with socket.create_connection(("127.0.0.1", self.redis_port), timeout=10) as connection:
            connection.sendall(b"FLUSHALL\r\n")
            connection.recv(100)

    def reads_by(self, target):
        """Reads that the API processes sent to a database: "primary" or "replica_1"."""
        total = 0
        for part in self.apis:
            connection = http.client.HTTPConnection(part.operations.removeprefix("http://"), timeout=30)
            connection.request("GET", "/metrics")
            for line in connection.getresponse().read().decode().splitlines():
                if line.startswith(f'bifrost_database_reads_total{{target="{target}"}}'):
                    total += int(float(line.split()[-1]))
            connection.close()
        return total


class OwnReaders:
    """Threads that write through one process and read it back through any, saying what they have seen."""

    def __init__(self, stack, project, count=4, reads_a_write=4):
        self.stack, self.project, self.reads_a_write = stack, project, reads_a_write
        self.acknowledged, self.names = {}, {}
        self.refused, self.faults = [], []
        self.repeated = self.reads = self.stale = 0
        self.lock, self.stopping = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(number,)) for number in range(count)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        caller, turn = Caller(self.stack), 0
        while not self.stopping.is_set():
            turn += 1
            try:
                self.one(caller, f"w{number}_{turn}")
            except Refused as refused:
                self.refused.append(str(refused))
            except Exception as fault:  # a thread must not end unseen
                self.faults.append(repr(fault))
                return

    def one(self, caller, code):
        made, headers, repeats = caller.call("POST", f"/projects/{self.project}/assets", {"code": code, "name": code, "type": "prop"},
                                             **{"Idempotency-Key": str(uuid.uuid4())})
        path, name = f"/assets/{made['id']}", code
        with self.lock:
            self.acknowledged[made["id"]] = code
            self.names[made["id"]] = name
            self.repeated += repeats
        for turn in range(2):
            for _ in range(self.reads_a_write // 2):
                at = random.choice([part.url for part in self.stack.apis])
                try:
                    read, _, repeats = caller.call("GET", path, at=at, **{"X-Bifrost-Consistency": headers["X-Bifrost-Consistency"]})
                    is_stale = read["name"] != name
                except Refused as refused:
                    if refused.status != 404:
                        raise
                    is_stale = True
                with self.lock:
                    self.reads += 1
                    self.stale += is_stale
                    self.repeated += repeats
            if turn == 0:
                name = f"{code} again"
                _, headers, _ = caller.call("PATCH", path, {"name": name})
                with self.lock:
                    self.names[made["id"]] = name

    def wait_for_more(self, count, seconds=120):
        self.wait_for_reads(self.reads + count, seconds)

    def wait_for_reads(self, goal, seconds=120):
        last, end = self.reads, time.monotonic() + seconds
        while self.reads < goal:
            if self.reads != last:  # as long as there is progress there is patience
                last, end = self.reads, time.monotonic() + seconds
            assert time.monotonic() < end and not self.faults, (self.reads, self.faults[:3], self.refused[:3])
            time.sleep(0.01)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def check(self):
        """Every acknowledged write stands there once, as it was last acknowledged, with its event. Counts, to be printed."""
        self.stack.see_all(self.project)
        assets = all_assets(self.stack, self.project)
        names, codes = {one["id"]: one["name"] for one in assets}, {one["code"] for one in assets}
        lost = [id for id, name in self.names.items() if names.get(id) != name]
        end = time.monotonic() + 30
        while True:  # an event is seen when every older transaction has ended
            events = [event["entity_id"] for event in events_of(self.stack, "asset.created") if event["project_id"] == self.project]
            if set(names) <= set(events) or time.monotonic() > end:
                break
            time.sleep(0.1)
        counts = {"acknowledged": 2 * len(self.acknowledged), "lost": len(lost), "twice": len(assets) - len(codes),
                  "events_missing": len(set(names) - set(events)), "events_twice": len(events) - len(set(events)), "own_reads": self.reads,
                  "stale": self.stale, "repeated": self.repeated, "refused": len(self.refused)}
        wrong = [counts[key] for key in ("lost", "twice", "events_missing", "events_twice", "stale", "refused")]
        assert not any(wrong) and not self.faults, (counts, lost[:5], self.refused[:5], self.faults[:5])
        return counts


class Publishers:
    """Threads that publish versions with the command line until each is acknowledged."""

    def __init__(self, stack, code, folder, count=2, size=300_000):
        self.stack, self.code, self.folder, self.size = stack, code, folder, size
        self.published, self.repeated, self.faults = {}, 0, []
        self.lock, self.stopping = threading.Lock(), threading.Event()
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "BIFROST_URL": stack.url, "BIFROST_TOKEN": stack.token,
                            "BIFROST_PROJECT": code}
        for number in range(count):
            self.cli("asset", "create", "--type", "prop", f"p{number}", check=True)
        self.threads = [threading.Thread(target=self.run, args=(number,)) for number in range(count)]
        for thread in self.threads:
            thread.start()

    def cli(self, *words, check=False):
        done = subprocess.run([BIN, *map(str, words)], env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=300)
        assert not check or done.returncode == 0, f"{words}: {done.stdout[-1000:]} {done.stderr[-1000:]}"
        return done

    def run(self, number):
        turn = 0
        while not self.stopping.is_set():
            turn += 1
            path = self.folder / f"f{number}_{turn}.bin"
            path.write_bytes(os.urandom(self.size))
            end = time.monotonic() + 180
            while True:
                done = self.cli("publish", f"{self.code}:p{number}", f"m{turn}", path, "--output", "json")
                if done.returncode == 0:
                    break
                self.repeated += 1
                if time.monotonic() > end:
                    self.faults.append(done.stderr[-500:])
                    return
                time.sleep(0.05)
            with self.lock:
                self.published[f"{self.code}:p{number}/m{turn}"] = hashlib.sha256(path.read_bytes()).hexdigest()
            path.unlink()

    def wait_for_more(self, count, seconds=240):
        goal, end = len(self.published) + count, time.monotonic() + seconds
        while len(self.published) < goal:
            assert time.monotonic() < end and not self.faults, self.faults[:3]
            time.sleep(0.02)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        assert not self.faults, self.faults[:3]

    def check(self):
        """Every version that was acknowledged comes back byte for byte. Counts, to be printed."""
        damaged = []
        for number, (address, sha256) in enumerate(self.published.items()):
            out = self.folder / f"out{number}"
            self.cli("get", address, "-o", out, check=True)
            found = [hashlib.sha256(path.read_bytes()).hexdigest() for path in out.rglob("*") if path.is_file()]
            if found != [sha256]:
                damaged.append(address)
        assert damaged == [], damaged[:5]
        return {"published": len(self.published), "damaged": 0, "commands_repeated": self.repeated}


class BadLine:
    """A line to a server on this machine that refuses, is slow, or is cut off in the middle of what is sent."""

    MODES = ("refusing", "slow", "cutting")

    def __init__(self):
        self.target, self.mode = None, "good"
        self.struck = dict.fromkeys(self.MODES, 0)  # what met each of them
        self.loop = asyncio.new_event_loop()
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(asyncio.start_server(self.serve, sock=self.listening))
        self.loop.run_forever()

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.listening.close()

    async def serve(self, reader, writer):
        far = None
        try:
            if self.mode == "refusing":
                self.struck["refusing"] += 1
                return
            answers, far = await asyncio.open_connection("127.0.0.1", self.target)
            ways = [asyncio.ensure_future(self.pass_on(reader, far)), asyncio.ensure_future(self.pass_on(answers, writer))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
        except OSError:
            pass  # the other side will see its own end of it
        finally:
            for one in (writer, far):
                if one is not None:
                    one.close()

    async def pass_on(self, reader, writer):
        try:
            while piece := await reader.read(32_768):
                if self.mode == "refusing":
                    self.struck["refusing"] += 1
                    return writer.transport.abort()
                if self.mode == "cutting" and random.random() < 0.1:
                    self.struck["cutting"] += 1
                    return writer.transport.abort()
                if self.mode == "slow":
                    self.struck["slow"] += 1
                    await asyncio.sleep(random.uniform(0, 0.05))
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass


