"""Comments and notifications over the API."""

from kit.caller import pointers
from kit.world import unique
from test_tasks import new_shot, new_task


def member(world, project, role="artist"):
    user, token = world.new_user(role)
    world.owner.put(f"/projects/{project['id']}/members/{user['id']}", {"role": role}, expect=200)
    return user, world.caller(token)


def test_scripts_come_out_as_text(world, project):
    shot = new_shot(world, project)
    text = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=y>"
    made = world.owner.post("/comments", {"entity_id": shot["id"], "text": text}, expect=201).json()
    assert made["text"] == text
    assert "<script" not in made["html"] and "<img" not in made["html"] and "<a " not in made["html"]


def test_who_cannot_see_it_is_not_mentioned(world, project):
    user, _ = world.new_user("outsider")
    body = {"entity_id": new_shot(world, project)["id"], "text": f"@{user['code']} look"}
    assert pointers(world.owner.post("/comments", body, expect=422)) == {"/text"}


def test_drafts_have_no_comments(world, project):
    draft = world.new_draft(world.new_product(world.new_asset(project)), project)
    world.owner.post("/comments", {"entity_id": draft["id"], "text": "Early."}, expect=409)


def test_people_are_told_once_and_what_they_read_stays_read(world, project):
    user, caller = member(world, project)
    task = new_task(world, project, new_shot(world, project), assignees=[user["code"]])
    body = {"entity_id": task["id"], "text": f"@{user['code']} look"}
    world.owner.post("/comments", body, expect=201)
    inbox = lambda: caller.get("/me/notifications", params={"unread": "true"}).json()["data"]
    told = world.eventually(inbox, lambda found: len(found) == 2)
    assert [one["reason"] for one in told] == ["mention", "assigned"]
    caller.post("/me/notifications/read", {"ids": [told[0]["id"]]}, expect=200)
    assert [one["reason"] for one in inbox()] == ["assigned"]


def test_rules_keep_things_away(world, project):
    user, caller = member(world, project)
    caller.patch("/me/notification-rules", {"assigned": False})
    assert caller.get("/me/notification-rules").json()["assigned"] is False
    shot = new_shot(world, project)
    new_task(world, project, shot, assignees=[user["code"]], name=unique("quiet"))
    world.owner.post("/comments", {"entity_id": shot["id"], "text": f"@{user['code']}"}, expect=201)
    told = world.eventually(lambda: caller.get("/me/notifications").json()["data"], lambda found: len(found) > 0)
    assert [one["reason"] for one in told] == ["mention"]
