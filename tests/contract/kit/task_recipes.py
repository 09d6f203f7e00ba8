"""Requests on tasks and what belongs to them (see recipes.py)."""

from .recipes import get, post, recipe
from .shot_recipes import RECIPES, shared
from .world import unique


def make_task(bench, **fields):
    body = {"entity_id": shared(bench, "shot")["id"], "task_type": "animation", "name": unique("task"), **fields}
    return bench.world.owner.post(bench.in_project("/tasks"), body, expect=201).json()


def shared_task(bench):
    things = bench.production.__dict__.setdefault("shots", {})
    if "task" not in things:
        things["task"] = make_task(bench)
    return things["task"]


def at_task(bench, rest=""):
    return f"/tasks/{shared_task(bench)['id']}{rest}"


def new_task(bench, rest=""):
    return f"/tasks/{make_task(bench)['id']}{rest}"


RECIPES["list_tasks"] = lambda bench: get(bench.in_project("/tasks"))
RECIPES["get_task"] = lambda bench: get(at_task(bench))
RECIPES["get_task_history"] = lambda bench: get(at_task(bench, "/history"))
RECIPES["update_task"] = lambda bench: ("PATCH", new_task(bench), {"json": {"priority": "high"}})
RECIPES["archive_task"] = lambda bench: ("DELETE", new_task(bench), {})
for _action in ("restore", "purge"):
    RECIPES[f"{_action}_task"] = lambda bench, action=_action: post(bench.archived(new_task(bench)) + f"/{action}")
RECIPES["list_task_transitions"] = lambda bench: get(at_task(bench, "/transitions"))
RECIPES["transition_task"] = lambda bench: post(new_task(bench, "/transitions"), {"to": "in_progress"})
RECIPES["list_time_logs"] = lambda bench: get(at_task(bench, "/time-logs"))
RECIPES["list_my_tasks"] = lambda bench: get("/me/tasks")
RECIPES["list_my_time_logs"] = lambda bench: get("/me/time-logs", params={"from": "2026-03-01", "to": "2026-03-31"})


@recipe
def create_task(bench):
    body = {"entity_id": shared(bench, "shot")["id"], "task_type": "animation", "name": unique("task")}
    return post(bench.in_project("/tasks"), body)


@recipe
def create_tasks_from_template(bench):
    return post(bench.in_project("/tasks/from-template"), {"entity_ids": [shared(bench, "shot")["id"]]})


@recipe
def reschedule_tasks(bench):
    return post(bench.in_project("/tasks/reschedule"), {"dry_run": True})


@recipe
def create_time_log(bench):
    return post(new_task(bench, "/time-logs"), {"date": "2026-03-02", "minutes": 1})


def _owners_log(bench):
    made = bench.world.owner.post(new_task(bench, "/time-logs"), {"date": "2026-03-02", "minutes": 1}, expect=201)
    return f"/time-logs/{made.json()['id']}"


@recipe
def update_time_log(bench):
    return "PATCH", _owners_log(bench), {"json": {"comment": "Changed."}}


@recipe
def delete_time_log(bench):
    return "DELETE", _owners_log(bench), {}


# Departments, task types, templates --------------------------------------------------------------------------------------


def _catalog(path, name, body):
    def make(bench):
        return bench.world.owner.post(f"/{path}", {**body, "code": unique(name)}, expect=201).json()

    def at(bench):
        return f"/{path}/{make(bench)['id']}"

    RECIPES[f"list_{name}s"] = lambda bench: get(f"/{path}")
    RECIPES[f"create_{name}"] = lambda bench: post(f"/{path}", {**body, "code": unique(name)})
    RECIPES[f"get_{name}"] = lambda bench: get(at(bench))
    RECIPES[f"update_{name}"] = lambda bench: ("PATCH", at(bench), {"json": {"name": "Another"}})
    RECIPES[f"archive_{name}"] = lambda bench: ("DELETE", at(bench), {})
    RECIPES[f"restore_{name}"] = lambda bench: post(bench.archived(at(bench)) + "/restore")


_catalog("departments", "department", {"name": "A department"})
_catalog("task-types", "task_type", {"name": "A type"})
_catalog("task-templates", "task_template", {"name": "A template", "entity_kind": "shot", "items": [{"task_type": "animation"}]})


# Workflows ---------------------------------------------------------------------------------------------------------------


def workflow_body(**fields):
    """A workflow of tasks that is complete."""
    states = [{"code": code, "name": code, "category": category} for code, category in (("todo", "todo"), ("approved", "done"))]
    moves = [{"from": "todo", "to": "approved", "name": "Approve"}]
    return {"code": unique("wf"), "name": "A workflow", "initial_state": "todo", "states": states, "transitions": moves, **fields}


def new_workflow(bench):
    """In a project of its own, so that nothing else goes by it."""
    body = workflow_body(project_id=bench.new_project()["id"], entity_kind="task")
    return bench.world.owner.post("/workflows", body, expect=201).json()["workflow"]


@recipe
def create_workflow(bench):
    return post("/workflows", workflow_body(project_id=bench.project["id"], entity_kind="task", dry_run=True, map={"in_progress": "todo"}))


@recipe
def replace_workflow(bench):
    return "PUT", f"/workflows/{new_workflow(bench)['id']}", {"json": workflow_body(), "headers": {"If-Match": '"1"'}}


@recipe
def delete_workflow(bench):
    return "DELETE", f"/workflows/{new_workflow(bench)['id']}", {}


# Undoing -----------------------------------------------------------------------------------------------------------------


@recipe
def revert(bench):
    asset = bench.new_asset()
    position = bench.world.owner.get(f"/assets/{asset['id']}/history").json()["data"][0]["position"]
    return post(f"/events/{position}/revert")


RECIPES["list_trash"] = lambda bench: get(bench.in_project("/trash"))


# Comments ----------------------------------------------------------------------------------------------------------------


def new_comment(bench, rest="", **fields):
    body = {"entity_id": shared(bench, "shot")["id"], "text": "- [ ] the hand slides", **fields}
    return f"/comments/{bench.world.owner.post('/comments', body, expect=201).json()['id']}{rest}"


RECIPES["list_comments"] = lambda bench: get("/comments", params={"entity_id": shared(bench, "shot")["id"]})
RECIPES["create_comment"] = lambda bench: post("/comments", {"entity_id": shared(bench, "shot")["id"], "text": "So *be* it."})
RECIPES["get_comment"] = lambda bench: get(new_comment(bench))
RECIPES["update_comment"] = lambda bench: ("PATCH", new_comment(bench), {"json": {"resolved": True}})
RECIPES["remove_comment"] = lambda bench: ("DELETE", new_comment(bench), {})
RECIPES["check_comment_item"] = lambda bench: post(new_comment(bench, "/checks"), {"index": 0, "checked": True})
RECIPES["add_reaction"] = lambda bench: post(new_comment(bench, "/reactions"), {"emoji": "👍"})
RECIPES["remove_reaction"] = lambda bench: ("DELETE", new_comment(bench, "/reactions/+1"), {})
RECIPES["list_notifications"] = lambda bench: get("/me/notifications")
RECIPES["mark_notifications_read"] = lambda bench: post("/me/notifications/read", {"all": True})
RECIPES["get_notification_rules"] = lambda bench: get("/me/notification-rules")
RECIPES["update_notification_rules"] = lambda bench: ("PATCH", "/me/notification-rules", {"json": {"status": True}})
