"""Batch and bulk: many changes in one transaction, all or nothing."""

import pytest

from kit.caller import pointers
from kit.world import unique

MISSING = "0197a0d2-3c4e-7b1a-9f00-ffffffffffff"


def create(project, code, **more):
    return {"op": "create", "path": f"/projects/{project['code']}/assets", "body": {"code": code, "name": "An asset", "type": "prop"}, **more}


def test_a_later_operation_names_what_an_earlier_one_made(owner, project):
    code = unique("hero")
    operations = [
        create(project, code, ref="hero"),
        {"op": "create", "path": "/assets/$hero/products", "body": {"code": "model"}, "ref": "model"},
        {"op": "create", "path": "/products/$model/versions", "body": {"comment": "First"}, "ref": "draft"},
        {"op": "update", "path": "/assets/$hero", "body": {"name": "Hero"}},
        {"op": "transition", "path": "/assets/$hero", "body": {"to": "in_progress"}},
    ]
    answer = owner.post("/batch", {"operations": operations}, expect=200).json()
    assert [result["status"] for result in answer["results"]] == [201, 201, 201, 200, 200]
    assert [result.get("ref") for result in answer["results"]] == ["hero", "model", "draft", None, None]
    asset = owner.get(f"/assets/{answer['results'][0]['id']}").json()
    assert (asset["code"], asset["name"], asset["status"], asset["revision"]) == (code, "Hero", "in_progress", 3)
    assert answer["results"][4]["revision"] == 3
    assert answer["position"]


def test_a_batch_of_components_by_reference_in_the_body(owner, project, world):
    draft_of = world.new_product(world.new_asset(project))
    version = world.new_version(draft_of, project)
    operations = [
        create(project, unique("a"), ref="a"),
        {"op": "create", "path": "/assets/$a/products", "body": {"code": "rig"}, "ref": "rig"},
        {"op": "create", "path": "/products/$rig/versions", "body": {"dependencies": [{"version_id": version["id"], "kind": "reference"}]}, "ref": "v"},
        {"op": "create", "path": f"/products/{draft_of['id']}/versions", "body": {"dependencies": [{"product_id": "$rig", "kind": "reference", "optional": True}]}},
    ]
    answer = owner.post("/batch", {"operations": operations}, expect=200).json()
    dependency = owner.get(f"/versions/{answer['results'][3]['id']}/dependencies").json()["data"][0]
    assert dependency["target_product_id"] == answer["results"][1]["id"]


def test_all_or_nothing_and_the_problem_names_the_operation(owner, project):
    operations = [create(project, unique("one")), create(project, unique("two")), create(project, "bad/code")]
    answer = owner.post("/batch", {"operations": operations}, expect=422)
    assert answer.json()["operation"] == 2
    assert pointers(answer) == {"/operations/2/body/code"}
    assert owner.all(f"/projects/{project['id']}/assets") == []


@pytest.mark.parametrize("bad, status", [
    ({"op": "update", "path": f"/assets/{MISSING}", "body": {"name": "x"}}, 404),
    ({"op": "create", "path": "/nothing/here", "body": {}}, 422),
    ({"op": "publish", "path": f"/assets/{MISSING}"}, 422),
])
def test_a_failing_operation_undoes_those_before_it(owner, project, bad, status):
    answer = owner.post("/batch", {"operations": [create(project, unique("one")), bad]}, expect=status)
    assert answer.json()["operation"] == 1
    assert owner.all(f"/projects/{project['id']}/assets") == []


def test_a_taken_code_within_the_batch_is_a_conflict(owner, project):
    code = unique("twice")
    answer = owner.post("/batch", {"operations": [create(project, code), create(project, code)]}, expect=409)
    assert answer.json()["operation"] == 1
    assert owner.all(f"/projects/{project['id']}/assets") == []


def test_a_stale_revision_in_a_batch_is_412(owner, project, asset):
    operations = [
        {"op": "update", "path": f"/assets/{asset['id']}", "body": {"name": "One"}, "if_match": '"1"'},
        {"op": "update", "path": f"/assets/{asset['id']}", "body": {"name": "Two"}, "if_match": '"1"'},
    ]
    answer = owner.post("/batch", {"operations": operations}, expect=412)
    assert answer.json()["operation"] == 1
    assert owner.get(f"/assets/{asset['id']}").json()["name"] == asset["name"]


def test_archive_restore_and_publish_in_a_batch(owner, world, project, product):
    draft = world.new_draft(product, project)
    operations = [
        {"op": "publish", "path": f"/versions/{draft['id']}"},
        {"op": "archive", "path": f"/products/{product['id']}"},
        {"op": "restore", "path": f"/products/{product['id']}"},
    ]
    owner.post("/batch", {"operations": operations}, expect=200)
    assert owner.get(f"/versions/{draft['id']}").json()["state"] == "published"
    assert owner.get(f"/products/{product['id']}").json()["revision"] == 3


def test_a_batch_is_one_change_set(owner, project):
    position = owner.post("/batch", {"operations": [create(project, unique("a")), create(project, unique("b"))]}, expect=200).json()["position"]
    events = owner.get(f"/projects/{project['id']}/history").json()["data"]
    created = [event for event in events if event["action"] == "asset.created"]
    assert len({event["change_set"] for event in created}) == 1 and len(created) == 2
    assert position in {event["position"] for event in created}


@pytest.mark.parametrize("body, pointer", [
    ({"operations": []}, "/operations"),
    ({"operations": "all"}, "/operations"),
    ({"operations": [{"op": "destroy", "path": "/assets/x"}]}, "/operations/0/op"),
    ({"operations": [{"op": "create"}]}, "/operations/0/path"),
    ({"operations": [{"op": "create", "path": "/projects", "colour": 1}]}, "/operations/0/colour"),
    ({"operations": [{"op": "update", "path": "/assets/$nobody", "body": {}}]}, "/operations/0/path"),
])
def test_a_batch_that_makes_no_sense_is_refused_by_name(owner, body, pointer):
    assert pointer in pointers(owner.post("/batch", body, expect=422))


def test_a_batch_of_more_than_a_thousand_is_refused(owner, project):
    operations = [create(project, f"a{i}") for i in range(1001)]
    assert pointers(owner.post("/batch", {"operations": operations}, expect=422)) == {"/operations"}


def test_a_thousand_in_one_batch(owner, project):
    operations = [create(project, f"a{i}") for i in range(1000)]
    answer = owner.post("/batch", {"operations": operations}, expect=200).json()
    assert len(answer["results"]) == 1000
    assert owner.get(f"/projects/{project['id']}/assets", params={"count": "true", "limit": 1}).json()["total"] == 1000


def test_a_batch_repeated_with_its_key_answers_the_same(owner, project):
    body = {"operations": [create(project, unique("once"))]}
    headers = {"Idempotency-Key": unique("key")}
    first = owner.post("/batch", body, expect=200, headers=headers)
    assert owner.post("/batch", body, expect=200, headers=headers).content == first.content
    assert len(owner.all(f"/projects/{project['id']}/assets")) == 1


# Bulk ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(world, project):
    return [world.new_asset(project, tags=["old", f"t{i}"]) for i in range(5)]


def bulk(owner, project, expect=200, **body):
    return owner.post(f"/projects/{project['id']}/bulk", body, expect=expect)


def test_bulk_sets_many_in_one_change_set(owner, project, many):
    ids = [asset["id"] for asset in many]
    answer = bulk(owner, project, kind="asset", ids=ids, set={"type": "character", "tags": {"add": ["new"], "remove": ["old"]}}).json()
    assert [row["id"] for row in answer["data"]] == ids
    assert all(row["changed"] and row["revision"] == 2 for row in answer["data"])
    assert answer["changed"] == 5 and answer["change_set"] and answer["position"]
    for i, identifier in enumerate(ids):
        asset = owner.get(f"/assets/{identifier}").json()
        assert asset["type"] == "character" and sorted(asset["tags"]) == sorted(["new", f"t{i}"])
    history = owner.get(f"/projects/{project['id']}/history").json()["data"]
    assert {event["change_set"] for event in history if event["action"] == "asset.updated"} == {answer["change_set"]}


def test_bulk_changes_only_what_differs(owner, project, many):
    bulk(owner, project, kind="asset", ids=[many[0]["id"]], set={"tags": {"set": ["a"]}})
    answer = bulk(owner, project, kind="asset", ids=[many[0]["id"], many[1]["id"]], set={"tags": {"set": ["a"]}}).json()
    assert [row["changed"] for row in answer["data"]] == [False, True]
    assert answer["changed"] == 1


def test_a_dry_run_changes_nothing(owner, project, many):
    answer = bulk(owner, project, kind="asset", ids=[many[0]["id"]], set={"type": "vehicle"}, dry_run=True).json()
    assert answer["dry_run"] is True and answer["data"][0]["changed"] is True and answer["position"] is None
    assert owner.get(f"/assets/{many[0]['id']}").json() == many[0]


def test_bulk_transitions_all_or_none_and_says_why(owner, project, many):
    ids = [asset["id"] for asset in many]
    owner.post(f"/assets/{ids[2]}/transitions", {"to": "deprecated"}, expect=200)
    refused = bulk(owner, project, expect=409, kind="asset", ids=ids, transition={"to": "review"}).json()
    assert {row["id"] for row in refused["conflicts"]} == set(ids)
    refused = bulk(owner, project, expect=409, kind="asset", ids=ids[1:3], transition={"to": "archived"}, if_revisions={ids[1]: 9}).json()
    assert [row["id"] for row in refused["conflicts"]] == [ids[1]] and refused["conflicts"][0]["detail"]
    moved = bulk(owner, project, kind="asset", ids=ids, transition={"to": "in_progress", "comment": "All."}).json()
    assert moved["changed"] == 5
    assert {owner.get(f"/assets/{i}").json()["status"] for i in ids} == {"in_progress"}


def test_bulk_refuses_ids_of_other_projects_and_kinds(owner, world, project, many):
    foreign = world.new_asset(world.new_project())
    answer = bulk(owner, project, expect=422, kind="asset", ids=[many[0]["id"], foreign["id"], MISSING], set={"type": "vehicle"})
    assert pointers(answer) == {"/ids/1", "/ids/2"}
    assert owner.get(f"/assets/{many[0]['id']}").json() == many[0]


def test_bulk_of_versions(owner, world, project, product):
    versions = [world.new_version(product, project) for _ in range(2)]
    ids = [version["id"] for version in versions]
    bulk(owner, project, kind="version", ids=ids, set={"comment": "Of many", "metadata": {"take": 2}})
    bulk(owner, project, kind="version", ids=ids, transition={"to": "approved"})
    for identifier in ids:
        version = owner.get(f"/versions/{identifier}").json()
        assert (version["comment"], version["metadata"], version["status"]) == ("Of many", {"take": 2}, "approved")


@pytest.mark.parametrize("body, pointer", [
    ({"kind": "asset", "ids": [], "set": {"type": "prop"}}, "/ids"),
    ({"kind": "project", "ids": [MISSING], "set": {"type": "prop"}}, "/kind"),
    ({"kind": "asset", "ids": ["x"], "set": {"type": "prop"}}, "/ids/0"),
    ({"kind": "asset", "ids": [MISSING], "set": {"status": "final"}}, "/set/status"),
    ({"kind": "asset", "ids": [MISSING], "set": {"comment": "x"}}, "/set/comment"),
    ({"kind": "version", "ids": [MISSING], "set": {"type": "prop"}}, "/set/type"),
    ({"kind": "asset", "ids": [MISSING], "set": {"tags": {"plus": []}}}, "/set/tags/plus"),
])
def test_a_bulk_that_makes_no_sense_is_refused_by_name(owner, project, body, pointer):
    assert pointer in pointers(owner.post(f"/projects/{project['id']}/bulk", body, expect=422))


def test_bulk_wants_either_a_set_or_a_transition(owner, project, many):
    ids = [many[0]["id"]]
    bulk(owner, project, expect=422, kind="asset", ids=ids)
    bulk(owner, project, expect=422, kind="asset", ids=ids, set={"type": "prop"}, transition={"to": "review"})
