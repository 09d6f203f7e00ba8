"""A thousand listeners that mostly wait, at one API process: what they cost, and that each hears."""

import json
import pathlib
import re
import resource
import selectors
import socket
import time
import uuid

import requests

BASE = "/api/v1"
COUNT = 1_000
KB_EACH = 24  # what one may take of the process's memory; measured: see docs/development/benchmarks.md


def memory(part):
    """Resident KB."""
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{part.process.pid}/status").read_text()).group(1))


def descriptors(part):
    return len(list(pathlib.Path(f"/proc/{part.process.pid}/fd").iterdir()))


class Streams:
    """Open answers of one process, read without a thread each."""

    def __init__(self, part, token, count):
        self.heard = {}
        self.selector = selectors.DefaultSelector()
        host, port = part.url.removeprefix("http://").split(":")
        request = f"GET {BASE}/events/stream HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        for _ in range(count):
            one = socket.create_connection((host, int(port)), timeout=60)
            one.sendall(request)
            one.setblocking(False)
            self.heard[one] = b""
            self.selector.register(one, selectors.EVENT_READ)

    def until(self, holds, seconds=120):
        end = time.monotonic() + seconds
        while not all(holds(text) for text in self.heard.values()):
            missing = sum(not holds(text) for text in self.heard.values())
            assert time.monotonic() < end, f"{missing} of {len(self.heard)} heard nothing"
            for key, _ in self.selector.select(1):
                piece = key.fileobj.recv(65_536)
                assert piece, "a stream ended"
                self.heard[key.fileobj] += piece

    def close(self):
        self.selector.close()
        for one in self.heard:
            one.close()


def test_a_thousand_idle_streams_cost_little_each_hears_and_all_are_forgotten_when_they_go(stack):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, COUNT + 500)), hard))
    part, session = stack.apis[0], requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = "Bearer " + stack.token
    code = "s" + uuid.uuid4().hex[:10]
    assert session.post(part.url + BASE + "/projects", json={"code": code, "name": "Streams"}).status_code == 201
    warm = Streams(part, stack.token, 20)  # what the first ones need once for all
    warm.until(lambda text: b"\r\n\r\n" in text)
    warm.close()
    before, open_before = memory(part), descriptors(part)
    streams = Streams(part, stack.token, COUNT)
    try:
        streams.until(lambda text: b"\r\n\r\n" in text and b"id: " in text)
        each = (memory(part) - before) / COUNT
        made = session.post(part.url + BASE + f"/projects/{code}/assets", json={"code": "heard", "name": "Heard", "type": "prop"}).json()
        streams.until(lambda text: made["id"].encode() in text)
        assert session.get(part.url + BASE + f"/assets/{made['id']}").status_code == 200
        limits = pathlib.Path(f"/proc/{part.process.pid}/limits").read_text()
        allowed = int(re.search(r"Max open files\s+(\d+)", limits).group(1))
        print(json.dumps({"streams": COUNT, "kb_each": round(each, 1), "descriptors": descriptors(part), "descriptors_allowed": allowed}))
        assert each <= KB_EACH
        assert descriptors(part) <= open_before + COUNT + 50
    finally:
        streams.close()
    end = time.monotonic() + 60
    while descriptors(part) > open_before + 50:
        assert time.monotonic() < end, "connections that are gone are kept"
        time.sleep(0.05)
