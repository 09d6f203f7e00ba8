"""A field that somebody doesn't see is in nothing that they get: answers, lists, events, history, streams, search, tables."""

import csv
import io
import json

import pytest

from kit.world import unique

SECRET = "fifty thousand"


@pytest.fixture(scope="module")
def hidden(world):
    """A project with a field that only producers see, an asset, a sequence and a shot that have it, a lead and a producer."""
    project = world.new_project()
    path = f"/projects/{project['id']}"
    callers = {}
    for role in ("lead", "producer", "viewer"):
        user, token = world.new_user(role)
        world.owner.put(f"{path}/members/{user['id']}", {"role": role}, expect=200)
        callers[role] = world.caller(token)
    for kind in ("asset", "shot", "project"):
        field = {"entity_kind": kind, "key": "budget", "type": "text", "visible_to": ["producer"], "inherits": kind == "shot"}
        world.owner.post(f"{path}/fields", field, expect=201)
    asset = world.new_asset(project, metadata={"budget": SECRET, "open": 1})
    sequence = world.owner.post(f"{path}/sequences", {"code": "sq010", "metadata": {"budget": SECRET}}, expect=201).json()
    shot = world.owner.post(f"{path}/shots", {"code": "sh0010", "sequence_id": sequence["id"], "metadata": {"budget": SECRET}}, expect=201).json()
    world.owner.patch(path, {"metadata": {"budget": SECRET}})
    world.owner.patch(f"/shots/{shot['id']}", {"metadata": {"budget": SECRET + " more", "open": 2}})
    world.owner.patch(f"/assets/{asset['id']}", {"metadata": {"budget": SECRET + " more", "open": 2}})
    world.heard(project, asset["id"], "asset.updated")
    for caller in callers.values():  # memberships and definitions act within a second
        world.eventually(lambda: caller.get(path, expect=(200, 404)).status_code, lambda status: status == 200)
    world.eventually(lambda: callers["viewer"].get(f"/shots/{shot['id']}").text, lambda text: SECRET not in text)
    return {"project": project, "path": path, "asset": asset, "sequence": sequence, "shot": shot, **callers}


def addresses(hidden):
    path, asset, sequence, shot = hidden["path"], hidden["asset"]["id"], hidden["sequence"]["id"], hidden["shot"]["id"]
    return [
        path, "/projects", f"{path}/history", f"{path}/fields",
        f"/assets/{asset}", f"{path}/assets", f"/assets/{asset}/history", f"/assets/{asset}/fields", f"{path}/assets?fields=metadata",
        f"/shots/{shot}", f"{path}/shots", f"/shots/{shot}/history", f"/shots/{shot}/fields", f"{path}/shots?fields=metadata",
        f"/sequences/{sequence}", f"{path}/sequences", f"/sequences/{sequence}/history",
        f"/events?project={hidden['project']['code']}&limit=1000", f"/resolve?address={hidden['project']['code']}:sq010/sh0010",
        "/search?q=thousand", f"{path}/export/csv?kind=asset", f"{path}/export/csv?kind=shot", f"{path}/stats",
    ]


@pytest.mark.parametrize("role", ["lead", "viewer"])
def test_it_is_in_nothing_that_they_get(hidden, role):
    for address in addresses(hidden):
        text = hidden[role].get(address).text
        at = max(text.find(SECRET), text.find("budget"))
        assert at < 0, f"{address}\n{text[max(0, at - 600):at + 300]}"


def test_who_sees_it_gets_it_everywhere(hidden):
    for address in (hidden["path"], f"/assets/{hidden['asset']['id']}", f"{hidden['path']}/shots", f"/shots/{hidden['shot']['id']}/history", f"{hidden['path']}/export/csv?kind=asset"):
        assert SECRET in hidden["producer"].get(address).text, address


def test_the_live_stream_leaves_it_out(world, hidden):
    first = world.owner.get(f"/events?project={hidden['project']['code']}&limit=1").json()["position"]
    for role, seen in (("lead", False), ("producer", True)):
        answer = hidden[role].call("GET", f"/events/stream?since={first}&seconds=0&project={hidden['project']['code']}", 200)
        assert "shot.updated" in answer.text
        assert (SECRET in answer.text) == seen, role


def test_it_cannot_be_sorted_or_filtered_by(hidden):
    for query in ("sort=budget", "sort=meta.budget", "sort=metadata"):
        hidden["lead"].get(f"{hidden['path']}/shots?{query}", expect=422)
    assert hidden["lead"].get(f"{hidden['path']}/shots?q=fifty").json()["data"] == []
    found = hidden["lead"].get(f"{hidden['path']}/assets", params={"q": "fifty"}, expect=(200, 422))
    assert found.status_code == 422 or found.json()["data"] == []


def test_they_neither_change_nor_guess_it(hidden):
    for value in (SECRET + " more", "anything", None):
        refused = hidden["lead"].patch(f"/shots/{hidden['shot']['id']}", {"metadata": {"budget": value}}, expect=403).text
        assert SECRET not in refused and "budget" not in refused
        hidden["lead"].patch(f"/assets/{hidden['asset']['id']}", {"metadata": {"budget": value}}, expect=403)
    table = f"sequence,code,meta.budget,name\nsq010,sh0010,guess,Another {unique('n')}\n"
    answer = hidden["lead"].call("POST", f"{hidden['path']}/import/csv", 200, data=table.encode(), params={"kind": "shot"}).json()
    assert answer["ignored"] == ["meta.budget"] and list(answer["updated"][0]["changes"]) == ["name"]
    bulk = {"kind": "asset", "ids": [hidden["asset"]["id"]], "set": {"metadata": {"budget": "x"}}}
    assert SECRET not in hidden["lead"].call("POST", f"{hidden['path']}/bulk", 409, json=bulk).text
    made = hidden["lead"].post("/batch", {"operations": [{"op": "update", "path": f"/shots/{hidden['shot']['id']}", "body": {"metadata": {"budget": "x"}}}]}, expect=403)
    assert SECRET not in made.text
    assert hidden["producer"].get(f"/shots/{hidden['shot']['id']}").json()["metadata"]["budget"] == SECRET + " more"


def test_what_they_change_besides_keeps_it(hidden):
    changed = hidden["lead"].patch(f"/shots/{hidden['shot']['id']}", {"metadata": {"open": 3}}).json()
    assert changed["metadata"] == {"open": 3}
    assert hidden["producer"].get(f"/shots/{hidden['shot']['id']}").json()["metadata"] == {"budget": SECRET + " more", "open": 3}


def test_tables_have_columns_for_those_who_see_them(hidden):
    rows = {role: list(csv.DictReader(io.StringIO(hidden[role].get(f"{hidden['path']}/export/csv?kind=shot").text, newline=""))) for role in ("lead", "producer")}
    assert "meta.budget" in rows["producer"][0] and "meta.budget" not in rows["lead"][0]
    assert rows["lead"][0]["meta.open"]


def test_a_definition_that_opens_or_closes_acts_within_a_second(world, hidden):
    field = world.owner.post(f"{hidden['path']}/fields", {"entity_kind": "sequence", "key": "note", "type": "text"}, expect=201).json()
    world.owner.patch(f"/sequences/{hidden['sequence']['id']}", {"metadata": {"note": "psst"}})
    look = lambda: hidden["viewer"].get(f"/sequences/{hidden['sequence']['id']}").text
    assert "psst" in look()
    world.owner.patch(f"/fields/{field['id']}", {"visible_to": ["supervisor"]})
    # Each process for itself: one that has heard says nothing of the next.
    world.eventually(lambda: [json.loads(look())["metadata"] for _ in range(8)], lambda seen: seen == [{}] * 8, seconds=2)
    world.owner.patch(f"/fields/{field['id']}", {"visible_to": []})
    world.eventually(look, lambda text: "psst" in text, seconds=2)
