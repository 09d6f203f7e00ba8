"""Tasks over the API: what goes wrong first."""

from kit.caller import pointers
from kit.world import unique


def new_shot(world, project):
    sequence = world.owner.post(f"/projects/{project['id']}/sequences", {"code": unique("sq")}, expect=201).json()
    body = {"code": unique("sh"), "sequence_id": sequence["id"]}
    return world.owner.post(f"/projects/{project['id']}/shots", body, expect=201).json()


def new_task(world, project, shot, **fields):
    body = {"entity_id": shot["id"], "task_type": "animation", "name": unique("task"), **fields}
    return world.owner.post(f"/projects/{project['id']}/tasks", body, expect=201).json()


def test_every_bad_field_of_a_task_is_named(owner, project):
    body = {"entity_id": "x", "task_type": "juggling", "due_date": "soon", "assignees": ["nobody"], "why": 1}
    refused = owner.post(f"/projects/{project['id']}/tasks", body, expect=422)
    assert {"/entity_id", "/task_type", "/due_date", "/assignees/0", "/why"} <= set(pointers(refused))


def test_a_transition_that_is_not_open_lists_those_that_are(world, owner, project):
    task = new_task(world, project, new_shot(world, project))
    refused = owner.post(f"/tasks/{task['id']}/transitions", {"to": "review"}, expect=409).json()
    assert sorted(refused["open"]) == ["in_progress", "omitted", "on_hold", "ready"]
    moves = owner.get(f"/tasks/{task['id']}/transitions").json()
    assert moves["status"] == "todo" and [m["to"] for m in moves["data"] if m["open"]]


def test_my_tasks_are_mine_in_the_projects_that_i_see(world, project):
    user, token = world.new_user("artist")
    path = f"/projects/{project['id']}/members/{user['id']}"
    world.owner.put(path, {"role": "artist"}, expect=200)
    caller = world.caller(token)
    task = new_task(world, project, new_shot(world, project), assignees=[user["code"]], due_date="2026-03-06")
    assert [t["id"] for t in caller.get("/me/tasks", params={"open": "true"}).json()["data"]] == [task["id"]]
    world.owner.delete(path, expect=204)
    world.eventually(lambda: caller.get("/me/tasks").json()["data"], lambda found: found == [])


def test_a_task_goes_its_way_in_a_batch(owner, world, project):
    shot = new_shot(world, project)
    steps = [
        {"op": "create", "path": f"/projects/{project['code']}/tasks", "ref": "t", "body": {"entity_id": shot["id"], "task_type": "layout"}},
        {"op": "update", "path": "/tasks/$t", "body": {"priority": "urgent"}},
        {"op": "transition", "path": "/tasks/$t", "body": {"to": "in_progress"}},
    ]
    results = owner.post("/batch", {"operations": steps}, expect=200).json()["results"]
    task = owner.get(f"/tasks/{results[0]['id']}").json()
    assert (task["priority"], task["status"], task["revision"]) == ("urgent", "in_progress", 3)
    actions = [e["action"] for e in owner.get(f"/tasks/{task['id']}/history").json()["data"]]
    assert actions == ["task.transitioned", "task.updated", "task.created"]


def test_many_tasks_move_by_one_request_with_one_event_each(owner, world, project):
    shot = new_shot(world, project)
    ids = [new_task(world, project, shot)["id"] for _ in range(40)]
    body = {"kind": "task", "ids": ids, "transition": {"to": "in_progress"}}
    done = owner.post(f"/projects/{project['id']}/bulk", body, expect=200).json()
    assert done["changed"] == 40
    for task in ids[:3]:
        world.heard(project, task, "task.transitioned")
    again = owner.post(f"/projects/{project['id']}/bulk", body, expect=409).json()
    assert len(again["conflicts"]) == 40 and "review" in again["conflicts"][0]["open"]
