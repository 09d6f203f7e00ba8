"""Webhooks of the real program, received by a real server and verified with the specification's own library."""

import json

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from kit.caller import pointers
from kit.receiver import Receiver
from kit.server import Site
from kit.world import World, unique


@pytest.fixture
def receiver():
    server = Receiver()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def inside(document):
    """A site whose operator lets webhooks go to this machine."""
    site = Site(environment={"WEBHOOK_NETWORKS": "127.0.0.0/8"})
    yield World(site, document)
    site.stop()


def new_hook(world, project, url, **fields):
    body = {"project_id": project["id"], "name": "A hook", "url": url, "events": ["asset"], **fields}
    return world.owner.post("/webhooks", body, expect=201).json()


def came(world, receiver, count):
    return world.eventually(lambda: receiver.received, lambda found: len(found) >= count)


@pytest.mark.parametrize("url", [
    "http://169.254.169.254/latest/meta-data/", "http://localhost/", "http://LOCALHOST.:80/", "http://127.1/", "http://0x7f000001/",
    "http://2130706433/", "http://0177.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://0/",
    "http://10.0.0.1/", "http://192.168.0.1:8080/", "http://100.64.0.1/", "http://[fd00::1]/", "http://[fe80::1]/", "http://[64:ff9b::a00:1]/",
    "http://255.255.255.255/", "http://224.0.0.1/", "ftp://example.com/", "https://name:password@example.com/",
])
def test_nobody_is_sent_inside(world, project, url):
    body = {"project_id": project["id"], "name": "A hook", "url": url}
    assert pointers(world.owner.post("/webhooks", body, expect=422)) == {"/url"}


def test_a_name_that_leads_inside_is_not_called(world, project, receiver):
    # A name that is one of this machine's, under which nothing may be reached.
    import socket

    hook = new_hook(world, project, f"https://{socket.gethostname()}:{receiver.server.server_address[1]}/")
    world.owner.post(f"/webhooks/{hook['id']}/ping", expect=202)
    read = lambda: world.owner.get(f"/webhooks/{hook['id']}/deliveries").json()["data"]
    delivery = world.eventually(read, lambda found: found[0]["attempts"] > 0)[0]
    assert delivery["state"] == "waiting" and "open internet" in delivery["error"] or "not known" in delivery["error"]
    assert receiver.received == []


def test_deliveries_are_signed_as_the_specification_says(inside, receiver):
    project = inside.new_project()
    hook = new_hook(inside, project, receiver.url + "/in?of=bifrost")
    asset = inside.new_asset(project)
    path, headers, body = came(inside, receiver, 1)[0]
    assert path == "/in?of=bifrost"
    event = Webhook(hook["secret"]).verify(body, headers)
    assert event["type"] == "asset.created" and event["data"]["entity_id"] == asset["id"]
    with pytest.raises(WebhookVerificationError):
        Webhook(hook["secret"]).verify(body + b" ", headers)
    assert "secret" not in inside.owner.get(f"/webhooks/{hook['id']}").json()
    # The old secret and the new one verify, for a day.
    rotated = inside.owner.post(f"/webhooks/{hook['id']}/rotate-secret", expect=200).json()
    inside.owner.post(f"/webhooks/{hook['id']}/ping", expect=202)
    _, headers, body = came(inside, receiver, 2)[1]
    for secret in (hook["secret"], rotated["secret"]):
        assert Webhook(secret).verify(body, headers)["type"] == "webhook.ping"
    log = inside.site.log()
    assert hook["secret"] not in log and rotated["secret"] not in log


def test_a_failed_delivery_comes_again_under_its_id(inside, receiver):
    project = inside.new_project()
    receiver.respond = lambda *_: (500 if len(receiver.received) == 1 else 200, {}, b"sorry")
    hook = new_hook(inside, project, receiver.url)
    inside.new_asset(project)
    first, second = came(inside, receiver, 2)[:2]
    assert first[1]["webhook-id"] == second[1]["webhook-id"]
    path = f"/webhooks/{hook['id']}/deliveries"
    delivery = inside.eventually(lambda: inside.owner.get(path).json()["data"][0], lambda found: found["state"] == "delivered")
    shown = inside.owner.get(f"{path}/{delivery['id']}").json()
    assert [(one["status"], one["answer"]) for one in shown["log"]] == [(200, "sorry"), (500, "sorry")]
    assert first[1]["webhook-id"] == "msg_" + delivery["id"]
    inside.owner.post(f"{path}/{delivery['id']}/redeliver", expect=202)
    assert came(inside, receiver, 3)[2][1]["webhook-id"] == first[1]["webhook-id"]


def test_who_answers_gone_is_called_no_more(inside, receiver):
    project = inside.new_project()
    receiver.respond = lambda *_: (410, {}, b"")
    hook = new_hook(inside, project, receiver.url)
    inside.new_asset(project)
    read = lambda: inside.owner.get(f"/webhooks/{hook['id']}").json()
    assert "410" in inside.eventually(read, lambda found: found["state"] == "disabled")["disabled_reason"]
    told = lambda: inside.owner.get("/me/notifications", params={"unread": "true"}).json()["data"]
    assert inside.eventually(told, lambda found: any(one["entity_id"] == hook["id"] for one in found))
    inside.owner.post(f"/webhooks/{hook['id']}/ping", expect=409)


def test_what_is_hidden_from_its_owner_never_leaves(inside, receiver):
    project = inside.new_project()
    field = {"entity_kind": "asset", "key": "budget", "type": "integer", "visible_to": ["supervisor"]}
    inside.owner.post(f"/projects/{project['id']}/fields", field, expect=201)
    user, token = inside.new_user("producer")
    inside.owner.put(f"/projects/{project['id']}/members/{user['id']}", {"role": "producer"}, expect=200)
    body = {"project_id": project["id"], "name": "A hook", "url": receiver.url, "events": ["asset"]}
    inside.caller(token).post("/webhooks", body, expect=201)
    inside.new_asset(project, metadata={"budget": 7, "open": 1})
    event = json.loads(came(inside, receiver, 1)[0][2])
    assert event["data"]["patch"]["after"]["metadata"] == {"open": 1}


def test_a_webhook_changes_only_by_its_newest_revision(world, project):
    hook = new_hook(world, project, "https://hooks.invalid/")
    path = f"/webhooks/{hook['id']}"
    world.owner.patch(path, {"name": unique("hook")}, headers={"If-Match": '"1"'}, expect=200)
    world.owner.patch(path, {"name": "Late"}, headers={"If-Match": '"1"'}, expect=412)
    world.owner.patch(path, {"state": "disabled"}, expect=422)
    world.owner.delete(path, expect=204)
    world.owner.get(path, expect=404)
