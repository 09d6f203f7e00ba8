"""Live events: nothing is missed, nothing comes twice, nobody hears what is not theirs."""

import http.client
import json
import socket
import threading
import time
from urllib.parse import urlencode

import pytest

from kit.world import unique


class Stream:
    """Reads a stream on a thread of its own."""

    def __init__(self, world, caller, last=None, **params):
        headers = {"Authorization": caller.session.headers["Authorization"], **({"Last-Event-ID": last} if last else {})}
        self.connection = http.client.HTTPConnection(world.site.url.removeprefix("http://"), timeout=60)
        self.connection.connect()
        self.socket = self.connection.sock
        self.connection.request("GET", "/api/v1/events/stream?" + urlencode(params), headers=headers)
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.read()
        assert self.answer.headers["Content-Type"] == "text/event-stream"
        assert self.answer.headers["Content-Length"] is None
        self.messages, self.ids, self.ended = [], [], False
        self.changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        message = {}
        try:
            while line := self.answer.readline():
                line = line.decode().rstrip("\n")
                if line == "":
                    with self.changed:
                        if "id" in message:
                            self.ids.append(message["id"])
                        if "data" in message:
                            self.messages.append(message)
                        self.changed.notify_all()
                    message = {}
                elif not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    message[name] = value
        except (OSError, http.client.HTTPException):
            pass  # closed from this side
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def wait(self, condition, seconds=20):
        with self.changed:
            assert self.changed.wait_for(lambda: condition(self), seconds), self.messages
        return self

    @property
    def events(self):
        return [json.loads(one["data"]) for one in self.messages if one.get("event") != "ready"]

    @property
    def actions(self):
        return [one["action"] for one in self.events]

    def ready(self):
        self.wait(lambda self: self.messages)
        assert self.messages[0]["event"] == "ready"
        return json.loads(self.messages[0]["data"])["position"]

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the other side was first


@pytest.fixture
def listen(world):
    streams = []

    def start(caller, **options):
        streams.append(Stream(world, caller, **options))
        return streams[-1]

    yield start
    for stream in streams:
        stream.close()


def test_a_position_that_is_none_is_422_and_one_of_another_site_410(world, owner):
    owner.get("/events/stream", params={"since": "nonsense"}, expect=422)
    owner.get("/events/stream", params={"since": "999999.1.0", "seconds": 0}, expect=410)
    owner.get("/events/stream", params={"nonsense": 1}, expect=422)
    owner.get("/events/stream", params={"project": unique("none"), "seconds": 0}, expect=404)


def test_a_change_arrives_whole(world, owner, project, listen):
    stream = listen(owner, project=project["code"])
    stream.ready()
    asset = world.new_asset(project)
    stream.wait(lambda self: "asset.created" in self.actions)
    event = next(one for one in stream.events if one["action"] == "asset.created")
    assert event["entity_id"] == asset["id"] and event["patch"]["after"]["code"] == asset["code"]
    assert event == owner.get("/events", params={"project": project["code"], "kinds": "asset.created"}).json()["data"][-1]
    assert stream.messages[-1]["id"] == event["position"]


def test_a_stream_that_breaks_resumes_without_gap_or_repeat(world, owner, project, listen):
    made = []
    stop = threading.Event()

    def make():
        while not stop.is_set():
            made.append(world.new_asset(project)["id"])

    maker = threading.Thread(target=make)
    stream = listen(owner, project=project["code"], kinds="asset.created")
    last = stream.ready()
    maker.start()
    heard = []
    try:
        for _ in range(6):
            before = len(heard)
            stream.wait(lambda self: len(self.events) >= 3)
            stream.close()
            stream.wait(lambda self: self.ended)
            heard += [one["entity_id"] for one in stream.events]
            assert len(heard) > before
            last = stream.ids[-1]
            stream = listen(owner, last=last, project=project["code"], kinds="asset.created")
    finally:
        stop.set()
        maker.join()
    stream.wait(lambda self: len(heard) + len(self.events) >= len(made))
    heard += [one["entity_id"] for one in stream.events]
    assert heard == [one["entity_id"] for one in owner.get("/events", params={"project": project["code"], "kinds": "asset.created", "limit": 1000}).json()["data"]]
    assert sorted(heard) == sorted(made)


def test_many_listeners_hear_the_same_in_the_same_order(world, owner, project, listen):
    # Of one kind: the project's own event may settle while they connect, and then some hear it and some don't.
    streams = [listen(owner, project=project["code"], kinds="asset.created") for _ in range(20)]
    for stream in streams:
        stream.ready()
    for _ in range(10):
        world.new_asset(project)
    for stream in streams:
        stream.wait(lambda self: self.actions.count("asset.created") == 10)
    positions = [[one["position"] for one in stream.events] for stream in streams]
    assert all(one == positions[0] for one in positions)
    assert positions[0] == sorted(positions[0], key=lambda text: tuple(map(int, text.split("."))))


def test_filters_leave_out_the_rest(world, owner, project, listen):
    asset, other = world.new_asset(project), world.new_asset(project)
    world.heard(project, other["id"], "asset.created")  # what was before is behind the listeners then
    only = listen(owner, entity=asset["id"])
    kinds = listen(owner, project=project["code"], kinds="asset.updated")
    only.ready(), kinds.ready()
    owner.patch(f"/assets/{other['id']}", {"name": "Other"}, expect=200)
    owner.patch(f"/assets/{asset['id']}", {"name": "Mine"}, expect=200)
    world.new_asset(project)
    owner.patch(f"/assets/{asset['id']}", {"name": "Mine again"}, expect=200)
    only.wait(lambda self: len(self.events) == 2)
    kinds.wait(lambda self: len(self.events) == 3)
    assert {one["entity_id"] for one in only.events} == {asset["id"]}
    assert kinds.actions == ["asset.updated"] * 3


def test_nobody_hears_of_projects_that_are_not_theirs(production, world, owner, listen):
    stranger = listen(production.callers["stranger"])
    viewer = listen(production.callers["viewer"])
    stranger.ready(), viewer.ready()
    secret = world.new_project()
    world.new_asset(secret)
    mine = world.new_asset(production.project)
    viewer.wait(lambda self: any(one["entity_id"] == mine["id"] for one in self.events))
    assert {one["project_id"] for one in viewer.events} == {production.project["id"]}
    assert stranger.events == []


def test_a_member_who_leaves_hears_no_more_within_a_second(world, owner, project, listen):
    user, token = world.new_user("leaver")
    owner.put(f"/projects/{project['id']}/members/{user['id']}", {"role": "viewer"}, expect=(200, 201))
    stream = listen(world.caller(token), project=project["code"])
    stream.ready()
    world.new_asset(project)
    stream.wait(lambda self: "asset.created" in self.actions)
    owner.delete(f"/projects/{project['id']}/members/{user['id']}", expect=(200, 204))
    time.sleep(1.1)  # what may pass by the rule
    heard = len(stream.events)
    witness = listen(owner, project=project["code"])
    witness.ready()
    world.new_asset(project)
    witness.wait(lambda self: "asset.created" in self.actions)
    time.sleep(0.3)
    assert len(stream.events) == heard


def test_a_token_that_is_revoked_ends_its_stream(world, owner, project, listen):
    token = owner.post("/api-tokens", {"name": unique("token")}, expect=201).json()
    stream = listen(world.caller(token["token"]))
    stream.ready()
    owner.delete(f"/api-tokens/{token['id']}", expect=200)
    time.sleep(1.1)  # what may pass by the rule
    world.new_asset(project)
    stream.wait(lambda self: self.ended)


def test_it_ends_when_it_was_asked_to(world, owner, project, listen):
    asset = world.new_asset(project)
    world.heard(project, asset["id"], "asset.created")
    since = owner.get("/events", params={"project": project["code"], "limit": 1}).json()["data"][0]["position"]
    stream = listen(owner, project=project["code"], since=since, seconds=0).wait(lambda self: self.ended)
    assert any(one["entity_id"] == asset["id"] for one in stream.events)
    listen(owner, seconds=1).wait(lambda self: self.ended)
