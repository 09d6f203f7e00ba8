"""Every API process is replaced under load, one after another, and no request fails."""

import threading
import uuid

import requests


class Load:
    """Reads and writes through nginx until it is told to end; remembers every answer that was none or a failure."""

    def __init__(self, stack, project):
        self.stack, self.project = stack, project
        self.ended = threading.Event()
        self.failures, self.made, self.answers = [], [], 0
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(writes,)) for writes in (False, False, True)]
        for thread in self.threads:
            thread.start()

    def run(self, writes):
        session = requests.Session()
        session.trust_env = False
        session.headers["Authorization"] = "Bearer " + self.stack.token
        # nginx closes idle connections when it reloads, maybe just as a request is sent on one: browsers send it again, this client would not.
        session.headers["Connection"] = "close"
        base = f"{self.stack.url}/api/v1/projects/{self.project}/assets"
        while not self.ended.is_set():
            try:
                if writes:
                    code = "a" + uuid.uuid4().hex[:12]
                    answer = session.post(base, json={"code": code, "name": "Asset", "type": "prop"}, timeout=60)
                else:
                    answer = session.get(base + "?limit=20", timeout=60)
                wrong = None if answer.status_code in (200, 201) else f"{answer.status_code} {answer.text[:200]}"
            except requests.RequestException as error:
                wrong = repr(error)
            with self.lock:
                self.answers += 1
                if wrong:
                    self.failures.append(("POST" if writes else "GET") + " " + wrong)
                elif writes:
                    self.made.append(code)

    def stop(self):
        self.ended.set()
        for thread in self.threads:
            thread.join(120)


def test_processes_are_replaced_one_by_one_without_a_failed_request(stack):
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = "Bearer " + stack.token
    project = session.post(stack.url + "/api/v1/projects", json={"code": "r" + uuid.uuid4().hex[:8], "name": "Rolled"}, timeout=60).json()["id"]
    load = Load(stack, project)
    try:
        codes = [stack.replace_api(part) for part in stack.apis]
    finally:
        load.stop()
    assert codes == [0, 0], "a process that drains ends well"
    assert load.failures == []
    assert load.made and load.answers > len(load.made)
    # What was answered is there.
    found, cursor = set(), None
    while True:
        options = {"limit": 500, **({"cursor": cursor} if cursor else {})}
        page = session.get(f"{stack.url}/api/v1/projects/{project}/assets", params=options, timeout=60).json()
        found |= {asset["code"] for asset in page["data"]}
        cursor = page.get("next_cursor")
        if not cursor:
            break
    assert set(load.made) <= found
