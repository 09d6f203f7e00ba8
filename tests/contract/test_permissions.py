"""Every operation × {anonymous, stranger, viewer, artist, supervisor, owner}: the table is matrix.yaml."""

import pathlib

import pytest
import yaml

from kit.caller import pointers
from kit.document import Document
from kit import folder_recipes, outgoing_recipes, shot_recipes, task_recipes
from kit.recipes import Bench

CALLERS = ["anonymous", "stranger", "viewer", "artist", "supervisor", "owner"]
RECIPES = shot_recipes.RECIPES | folder_recipes.RECIPES | task_recipes.RECIPES | outgoing_recipes.RECIPES
MATRIX = yaml.safe_load((pathlib.Path(__file__).parent / "matrix.yaml").read_text(encoding="utf-8"))


def test_every_operation_has_a_row_and_every_row_an_operation(document):
    assert sorted(document.by_id) == sorted(MATRIX)


def test_every_operation_has_a_request_and_every_request_an_operation(document):
    assert sorted(document.by_id) == sorted(RECIPES)


@pytest.mark.parametrize("operation_id", sorted(MATRIX))
def test_a_row_contradicts_no_permission_of_the_document(document, operation_id):
    operation = document.by_id.get(operation_id)
    assert operation is not None, f"{operation_id} is no operation of the document"
    row = MATRIX[operation_id]
    assert len(row) == len(CALLERS)
    assert (row[0] == "ok") == (operation.permission in ("public", "signed"))
    for cell in row:
        assert cell == "ok" or str(cell) in operation.responses


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("operation_id", [operation.id for operation in Document().operations])
def test_the_matrix(production, document, operation_id, caller):
    bench = Bench(production, caller)
    method, path, options = RECIPES[operation_id](bench)
    response = bench.caller.call(method, path, **options)
    wanted = MATRIX[operation_id][CALLERS.index(caller)]
    asked = document.find(method, response.request.path_url.split("?")[0])[0]
    assert asked is not None and asked.id == operation_id, f"the request is one of {asked}"
    status = response.status_code
    # A job that is done can't be tried again or cancelled: that is no question of who asks.
    is_ok = 200 <= status < 400 or (operation_id in ("retry_job", "cancel_job") and status == 409)
    assert (is_ok if wanted == "ok" else status == wanted), f"{caller}: {method} {path} → {status}, expected {wanted}\n{response.text[:1000]}"


def transitions(world, path):
    return {move["to"]: move["open"] for move in world.get(path).json()["data"]}


def test_an_artist_moves_assets_that_are_worked_on_and_decides_nothing(production, world):
    asset = world.new_asset(production.project)
    path = f"/assets/{asset['id']}/transitions"
    artist = production.callers["artist"]
    artist.post(path, {"to": "in_progress"}, expect=200)
    artist.post(path, {"to": "review"}, expect=200)
    refused = artist.post(path, {"to": "approved"}, expect=403).json()
    assert "in_progress" in refused["open"] and "approved" not in refused["open"]
    assert transitions(artist, path)["approved"] is False
    production.callers["supervisor"].post(path, {"to": "approved"}, expect=200)


def test_a_draft_is_its_authors_alone(production, world):
    product = world.new_product(world.new_asset(production.project))
    draft = world.new_draft(product, production.project, production.callers["artist"])
    production.callers["artist"].get(f"/versions/{draft['id']}")
    for name in ("viewer", "supervisor", "stranger"):
        production.callers[name].get(f"/versions/{draft['id']}", expect=404)
    listed = production.callers["supervisor"].get(f"/products/{product['id']}/versions").json()["data"]
    assert listed == []


def test_an_upload_is_not_there_for_others(production):
    upload = Bench(production, "artist").new_upload()
    production.callers["supervisor"].get(f"/uploads/{upload['id']}", expect=404)


def test_what_may_not_be_seen_and_what_is_not_there_look_alike(production, world):
    stranger = production.callers["stranger"]
    hidden = stranger.get(f"/assets/{world.new_asset(production.project)['id']}", expect=404).json()
    missing = stranger.get("/assets/0197a0d2-3c4e-7b1a-9f00-ffffffffffff", expect=404).json()
    assert hidden["detail"] == missing["detail"]
    assert hidden["title"] == missing["title"]


def test_lists_search_and_events_show_nothing_of_other_projects(production, world):
    name = "Zephyrine"
    asset = world.new_asset(production.project, name=name)
    stranger, viewer = production.callers["stranger"], production.callers["viewer"]

    def hits(caller):
        return [hit["id"] for hit in caller.get("/search", params={"q": name}).json()["data"]]

    world.eventually(lambda: hits(viewer), lambda found: asset["id"] in found)
    assert hits(stranger) == []
    assert production.project["id"] not in [p["id"] for p in stranger.all("/projects")]
    seen = {event["project_id"] for event in stranger.get("/events", params={"limit": 1000}).json()["data"]}
    assert production.project["id"] not in seen


def test_a_membership_acts_at_once_and_ends_at_once(production, world):
    user, token = world.new_user()
    caller = world.caller(token)
    path = f"/projects/{production.project['id']}"
    caller.get(path, expect=404)
    world.owner.put(f"{path}/members/{user['id']}", {"role": "viewer"}, expect=200)
    world.eventually(lambda: caller.get(path, expect=(200, 404)).status_code, lambda status: status == 200, seconds=2)
    world.owner.delete(f"{path}/members/{user['id']}", expect=204)
    world.eventually(lambda: caller.get(path, expect=(200, 404)).status_code, lambda status: status == 404, seconds=2)


def test_a_deactivated_user_is_out_within_a_second(world):
    user, token = world.new_user()
    caller = world.caller(token)
    caller.get("/me")
    world.owner.delete(f"/users/{user['id']}", expect=200)
    world.eventually(lambda: caller.get("/me", expect=(200, 401)).status_code, lambda status: status == 401, seconds=2)


def test_a_token_does_only_what_its_scopes_name(production, world):
    made = world.owner.post("/api-tokens", {"name": "reader", "scopes": ["read"]}, expect=201).json()
    reader = world.caller(made["token"])
    reader.get(f"/projects/{production.project['id']}")
    reader.post("/projects", {"code": "never", "name": "Never"}, expect=403)
    reader.post("/api-tokens", {"name": "more", "scopes": ["all"]}, expect=403)
    world.owner.delete(f"/api-tokens/{made['id']}", expect=200)
    world.eventually(lambda: reader.get("/me", expect=(200, 401)).status_code, lambda status: status == 401, seconds=2)


def test_the_last_owner_stays(world):
    me = world.owner.get("/me").json()["user"]
    world.owner.delete(f"/users/{me['id']}", expect=409)
    world.owner.patch(f"/users/{me['id']}", {"site_role": "admin"}, expect=409)


def test_a_browser_needs_its_csrf_token_for_unsafe_methods(production, world):
    signed_in = world.sign_in(production.users["supervisor"]["code"])
    browser = world.caller(None)
    browser.session.cookies.set("bifrost_session", signed_in["access_token"])
    path = f"/projects/{production.project['id']}/assets"
    browser.get(path)
    body = {"code": "by_browser", "name": "By browser", "type": "prop"}
    browser.post(path, body, expect=403)
    browser.post(path, body, headers={"X-CSRF-Token": "wrong"}, expect=403)
    browser.post(path, body, headers={"X-CSRF-Token": signed_in["csrf_token"]}, expect=201)


def test_a_sign_in_link_works_once(world):
    user = world.owner.post("/users", {"code": "once_only", "name": "Once"}, expect=201).json()
    link = world.owner.post(f"/users/{user['id']}/sign-in-link", expect=201).json()
    body = {"token": link["token"], "password": "a long enough password"}
    world.anonymous.post("/auth/setup", body, expect=200)
    world.anonymous.post("/auth/setup", body, expect=401)


def test_a_wrong_login_and_a_wrong_password_look_alike(production, world):
    wrong_password = world.anonymous.post("/auth/login", {"login": production.users["artist"]["code"], "password": "not it"}, expect=401)
    wrong_login = world.anonymous.post("/auth/login", {"login": "nobody_here", "password": "not it"}, expect=401)
    assert wrong_password.json()["detail"] == wrong_login.json()["detail"]


def test_a_changed_password_ends_the_other_sessions_and_the_old_password(world):
    user = world.owner.post("/users", {"code": "changes_it", "name": "Changes"}, expect=201).json()
    link = world.owner.post(f"/users/{user['id']}/sign-in-link", expect=201).json()
    old, new = "a long enough password", "and another one, longer"
    one = world.caller(world.anonymous.post("/auth/setup", {"token": link["token"], "password": old}, expect=200).json()["access_token"])
    two = world.caller(world.anonymous.post("/auth/login", {"login": "changes_it", "password": old}, expect=200).json()["access_token"])
    wrong = one.post("/auth/password", {"current_password": "not it", "password": new}, expect=422)
    assert pointers(wrong) == {"/current_password"}
    assert pointers(one.post("/auth/password", {"current_password": old, "password": "short"}, expect=422)) == {"/password"}
    two.get("/me")
    three = world.caller(one.post("/auth/password", {"current_password": old, "password": new}, expect=200).json()["access_token"])
    three.get("/me")
    for ended in (one, two):
        world.eventually(lambda: ended.get("/me", expect=(200, 401)).status_code, lambda status: status == 401, seconds=2)
    world.anonymous.post("/auth/login", {"login": "changes_it", "password": old}, expect=401)
    world.anonymous.post("/auth/login", {"login": "changes_it", "password": new}, expect=200)
    world.owner.post("/auth/password", {"current_password": old, "password": new}, expect=409)  # a token has none


def test_a_refreshed_session_replaces_the_old_one(production, world):
    signed_in = world.sign_in(production.users["viewer"]["code"])
    before = world.caller(signed_in["access_token"])
    renewed = before.post("/auth/refresh", expect=200).json()
    world.caller(renewed["access_token"]).get("/me")
    world.eventually(lambda: before.get("/me", expect=(200, 401)).status_code, lambda status: status == 401, seconds=2)


def test_somebody_who_was_let_in_sees_the_project_from_the_answer_on(world):
    user, token = world.new_user("newcomer")
    newcomer = world.caller(token)
    for _ in range(5):
        project = world.new_project()
        at, members = f"/projects/{project['id']}", f"/projects/{project['id']}/members/{user['id']}"
        asset = world.new_asset(project)
        for path in (at, f"/assets/{asset['id']}"):
            newcomer.get(path, expect=404)  # what is known of them is fresh now
        world.owner.put(members, {"role": "viewer"}, expect=200)
        for path in (at, f"/assets/{asset['id']}", f"{at}/folders/tree"):
            newcomer.get(path)
        world.owner.delete(members, expect=204)
        world.eventually(lambda at=at: newcomer.get(at, expect=(200, 404)).status_code, lambda status: status == 404)
