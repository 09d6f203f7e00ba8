"""What every route does the same way: revisions, keys, refusals, problems."""

import concurrent.futures
import json
import uuid

import pytest

from kit.caller import pointers
from kit.world import unique

MISSING = "0197a0d2-3c4e-7b1a-9f00-ffffffffffff"


def new_body(**fields):
    return {"code": unique("asset"), "name": "An asset", "type": "prop", **fields}


# Revisions and ETags -------------------------------------------------------------------------------------------------


def test_an_entity_is_made_with_revision_1_a_location_and_its_etag(owner, project):
    made = owner.post(f"/projects/{project['id']}/assets", new_body(), expect=201)
    assert made.json()["revision"] == 1
    assert made.headers["ETag"] == '"1"'
    again = owner.get(made.headers["Location"])
    assert again.json() == made.json()
    assert again.headers["ETag"] == '"1"'


def test_a_change_raises_the_revision_by_one(owner, asset):
    changed = owner.patch(f"/assets/{asset['id']}", {"name": "Changed"})
    assert changed.json()["revision"] == asset["revision"] + 1
    assert changed.headers["ETag"] == f'"{asset["revision"] + 1}"'
    assert changed.json()["updated_at"] >= asset["updated_at"]


def test_a_patch_that_changes_nothing_leaves_the_revision(owner, asset):
    assert owner.patch(f"/assets/{asset['id']}", {"name": asset["name"]}).json()["revision"] == asset["revision"]
    assert owner.patch(f"/assets/{asset['id']}", {}).json() == asset


def test_what_the_caller_holds_is_not_sent_again(owner, asset):
    path = f"/assets/{asset['id']}"
    etag = owner.get(path).headers["ETag"]
    unchanged = owner.get(path, expect=304, headers={"If-None-Match": etag})
    assert unchanged.content == b"" and unchanged.headers["ETag"] == etag
    owner.get(path, expect=304, headers={"If-None-Match": f'"other", {etag}'})
    owner.get(path, expect=304, headers={"If-None-Match": "*"})
    owner.patch(path, {"name": "Changed"})
    owner.get(path, expect=200, headers={"If-None-Match": etag})


def test_a_list_has_an_etag_that_changes_with_what_is_in_it(owner, project, world):
    path = f"/projects/{project['id']}/assets"
    world.new_asset(project)
    etag = owner.get(path).headers["ETag"]
    for _ in range(3):
        owner.get(path, expect=304, headers={"If-None-Match": etag})
    owner.get(path, expect=200, headers={"If-None-Match": etag}, params={"count": "true"})
    world.new_asset(project)
    assert owner.get(path, expect=200, headers={"If-None-Match": etag}).headers["ETag"] != etag


def test_an_etag_is_not_good_for_somebody_else(world, project):
    path = f"/projects/{project['id']}"
    etag = world.owner.get(path).headers["ETag"]
    world.owner.get(path, expect=304, headers={"If-None-Match": etag})
    _, token = world.new_user()
    world.caller(token).get(path, expect=404, headers={"If-None-Match": etag})


@pytest.mark.parametrize("etag", ['"999"', '"0"', '"nonsense"', "1", '""'])
def test_a_stale_if_match_changes_nothing(owner, asset, etag):
    path = f"/assets/{asset['id']}"
    owner.patch(path, {"name": "Lost"}, expect=412, headers={"If-Match": etag})
    owner.delete(path, expect=412, headers={"If-Match": etag})
    owner.post(f"{path}/transitions", {"to": "in_progress"}, expect=412, headers={"If-Match": etag})
    assert owner.get(path).json() == asset


def test_the_right_if_match_and_the_star_pass(owner, asset):
    path = f"/assets/{asset['id']}"
    changed = owner.patch(path, {"name": "One"}, headers={"If-Match": f'"{asset["revision"]}"'})
    owner.patch(path, {"name": "Two"}, headers={"If-Match": changed.headers["ETag"]})
    owner.patch(path, {"name": "Three"}, headers={"If-Match": "*"})
    assert owner.get(path).json()["revision"] == asset["revision"] + 3


def test_of_many_writers_with_one_revision_one_wins(world, asset):
    path = f"/assets/{asset['id']}"

    def write(number):
        caller = world.caller(world.site.token)
        return caller.patch(path, {"name": f"Writer {number}"}, expect=(200, 412), headers={"If-Match": '"1"'}).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(write, range(8)))
    assert outcomes == [200] + [412] * 7
    assert world.owner.get(path).json()["revision"] == 2


def test_a_put_of_components_needs_its_revision(owner, world, project, asset):
    path = f"/assets/{world.new_asset(project, is_assembly=True)['id']}/components"
    body = {"data": [{"asset_id": asset["id"], "name": "one"}]}
    owner.put(path, body, expect=428)
    etag = owner.get(path).headers["ETag"]
    owner.put(path, body, expect=412, headers={"If-Match": '"77"'})
    put = owner.put(path, body, expect=200, headers={"If-Match": etag})
    assert put.headers["ETag"] != etag
    owner.put(path, body, expect=412, headers={"If-Match": etag})


# Idempotency keys ----------------------------------------------------------------------------------------------------


def test_a_repeat_with_the_same_key_gives_the_first_answer(owner, project):
    path = f"/projects/{project['id']}/assets"
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    body = new_body()
    first = owner.post(path, body, expect=201, headers=headers)
    second = owner.post(path, body, expect=201, headers=headers)
    assert second.content == first.content
    assert second.headers["Location"] == first.headers["Location"]
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    assert len(owner.all(path)) == 1


def test_a_key_with_another_body_is_refused(owner, project):
    path = f"/projects/{project['id']}/assets"
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    owner.post(path, new_body(), expect=201, headers=headers)
    owner.post(path, new_body(), expect=422, headers=headers)


def test_a_key_holds_for_one_route_and_one_actor(world, project):
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    world.owner.post(f"/projects/{project['id']}/assets", new_body(), expect=201, headers=headers)
    other = world.new_project()
    world.owner.post(f"/projects/{other['id']}/assets", new_body(), expect=201, headers=headers)
    user, token = world.new_user()
    world.owner.put(f"/projects/{project['id']}/members/{user['id']}", {"role": "supervisor"})
    world.caller(token).post(f"/projects/{project['id']}/assets", new_body(), expect=201, headers=headers)


def test_a_refusal_does_not_use_up_the_key(owner, project):
    path = f"/projects/{project['id']}/assets"
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    owner.post(path, new_body(type="no such type"), expect=422, headers=headers)
    owner.post(path, new_body(), expect=201, headers=headers)


@pytest.mark.parametrize("_round", range(5))
def test_two_at_once_with_one_key_make_one_thing(world, project, _round):
    path = f"/projects/{project['id']}/assets"
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    body = new_body()

    def post(_):
        answer = world.caller(world.site.token).post(path, body, expect=(201, 409), headers=headers)
        if answer.status_code == 409:
            assert int(answer.headers["Retry-After"]) >= 1
            return None
        return answer.content

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = {answer for answer in pool.map(post, range(8)) if answer is not None}
    assert len(answers) == 1
    # Eight threads share what was seen last: with replicas that may be what another process saw before.
    world.eventually(lambda: len(world.owner.all(path)), lambda count: count == 1, seconds=5)


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_that_makes_no_sense_is_malformed(owner, project, key):
    owner.post(f"/projects/{project['id']}/assets", new_body(), expect=400, headers={"Idempotency-Key": key})


# Bodies --------------------------------------------------------------------------------------------------------------


def test_unknown_fields_are_refused_by_name(owner, project):
    answer = owner.post(f"/projects/{project['id']}/assets", new_body(nmae="typo", colour=1), expect=422)
    assert pointers(answer) == {"/nmae", "/colour"}


def test_every_bad_field_is_named_at_once(owner, project):
    body = {"code": 7, "name": ["x"], "type": None, "tags": "hero", "metadata": [], "is_assembly": "yes", "extra": 1}
    answer = owner.post(f"/projects/{project['id']}/assets", body, expect=422)
    assert pointers(answer) == {"/code", "/name", "/type", "/tags", "/metadata", "/is_assembly", "/extra"}
    answer = owner.post(f"/projects/{project['id']}/assets", {}, expect=422)
    assert pointers(answer) == {"/code", "/name", "/type"}


def test_nested_fields_are_named_by_their_whole_pointer(owner, product):
    body = {"files": [{"path": "a", "size": "big", "upload_id": "no id"}], "dependencies": [{"kind": 3}], "frame_range": {"first": 1, "step": 0}}
    found = pointers(owner.post(f"/products/{product['id']}/versions", body, expect=422))
    assert {"/files/0/size", "/files/0/upload_id", "/dependencies/0/kind", "/frame_range/last", "/frame_range/step"} <= found


@pytest.mark.parametrize("body", ["", "{", '{"code": }', "{'code': 1}", '{"a": 1} trailing', "\x00", '{"code": "\ud800"}', "[" * 100_000])
def test_a_body_that_is_not_json_is_malformed(owner, project, body):
    data = body.encode("utf-8", "surrogatepass")
    owner.call("POST", f"/projects/{project['id']}/assets", 400, data=data, headers={"Content-Type": "application/json"})


@pytest.mark.parametrize("body", [[], 7, "text", None, True])
def test_a_body_that_is_no_object_is_refused(owner, project, body):
    data = json.dumps(body)
    owner.call("POST", f"/projects/{project['id']}/assets", 422, data=data, headers={"Content-Type": "application/json"})


def test_bytes_that_are_not_utf_8_are_malformed(owner, project):
    data = b'{"code": "a", "name": "\xff\xfe", "type": "prop"}'
    owner.call("POST", f"/projects/{project['id']}/assets", 400, data=data, headers={"Content-Type": "application/json"})


def test_a_body_of_more_than_a_mebibyte_is_too_large(owner, project):
    answer = owner.post(f"/projects/{project['id']}/assets", new_body(description="x" * 1_100_000), expect=413)
    assert "1048576" in answer.json()["detail"].replace(",", "") or "MiB" in answer.json()["detail"]


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_another_content_type_is_not_supported(owner, project, media_type):
    data = json.dumps(new_body())
    owner.call("POST", f"/projects/{project['id']}/assets", 415, data=data, headers={"Content-Type": media_type})


@pytest.mark.parametrize("media_type", ["application/json", "application/json; charset=utf-8", "application/merge-patch+json"])
def test_the_content_types_of_a_patch(owner, asset, media_type):
    data = json.dumps({"name": media_type})
    owner.call("PATCH", f"/assets/{asset['id']}", 200, data=data, headers={"Content-Type": media_type})


# Texts ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["", " ", "a/b", "..", ".hidden", "_x", "-x", "a\\b", "a\nb", "a\x00b", "ü", "a:b", "a@1", "x" * 65])
def test_a_code_that_could_not_stand_in_an_address_is_refused(owner, project, code):
    answer = owner.post(f"/projects/{project['id']}/assets", new_body(code=code), expect=422)
    assert pointers(answer) == {"/code"}


@pytest.mark.parametrize("typed, folded", [("Char Hero", "char_hero"), ("A.B", "a_b"), ("x" * 64, "x" * 64), ("9-lives", "9-lives")])
def test_a_code_is_folded_and_what_was_typed_is_kept(owner, world, typed, folded):
    project = world.new_project()
    made = owner.post(f"/projects/{project['id']}/assets", new_body(code=typed), expect=201).json()
    assert (made["code"], made["label"]) == (folded, typed)
    owner.post(f"/projects/{project['id']}/assets", new_body(code=folded.upper()), expect=409)


@pytest.mark.parametrize("name", ["", "a\x00b", "a\nb", "a\tb", "\x1b[31m", "\x7f", "\u0085", "x" * 201, "x" * 10_000])
def test_a_name_with_control_characters_or_too_long_is_refused(owner, project, name):
    assert pointers(owner.post(f"/projects/{project['id']}/assets", new_body(name=name), expect=422)) == {"/name"}


@pytest.mark.parametrize("name", ["a/b\\c", "../../etc", "<script>", "'; drop table asset; --", "%00", "名前", "🐉" * 200, " "])
def test_a_name_is_free_text_and_comes_back_as_it_was(owner, project, name):
    made = owner.post(f"/projects/{project['id']}/assets", new_body(name=name), expect=201).json()
    assert owner.get(f"/assets/{made['id']}").json()["name"] == name


def test_metadata_is_kept_as_json_whatever_is_in_it(owner, project):
    metadata = {"s": "ü🐉", "n": None, "i": 9007199254740991, "f": 1e-7, "e": 1e22, "deep": {"a": [1, {"b": []}]}, "": "", "~/": 1}
    made = owner.post(f"/projects/{project['id']}/assets", new_body(metadata=metadata), expect=201).json()
    assert owner.get(f"/assets/{made['id']}").json()["metadata"] == metadata


def test_metadata_that_no_database_could_hold_is_refused(owner, project):
    path = f"/projects/{project['id']}/assets"
    assert pointers(owner.post(path, new_body(metadata={"a": "\x00"}), expect=422)) == {"/metadata"}
    assert pointers(owner.post(path, new_body(metadata={"a": "x" * 70_000}), expect=422)) == {"/metadata"}


def test_a_patch_merges_metadata(owner, project):
    made = owner.post(f"/projects/{project['id']}/assets", new_body(metadata={"a": 1, "b": {"c": 2, "d": 3}}), expect=201).json()
    changed = owner.patch(f"/assets/{made['id']}", {"metadata": {"a": None, "b": {"c": 4}, "e": [1]}}).json()
    assert changed["metadata"] == {"b": {"c": 4, "d": 3}, "e": [1]}


@pytest.mark.parametrize("field", ["code", "name", "type"])
def test_what_an_asset_must_have_can_not_be_removed(owner, asset, field):
    assert pointers(owner.patch(f"/assets/{asset['id']}", {field: None}, expect=422)) == {f"/{field}"}


@pytest.mark.parametrize("field", ["code", "name", "kind", "fps", "status"])
def test_what_a_project_must_have_can_not_be_removed(owner, project, field):
    assert pointers(owner.patch(f"/projects/{project['id']}", {field: None}, expect=422)) == {f"/{field}"}


def test_a_status_is_never_set_directly(owner, project, asset, world, product):
    answer = owner.patch(f"/assets/{asset['id']}", {"status": "final"}, expect=422)
    assert pointers(answer) == {"/status"} and "transition" in answer.json()["errors"][0]["detail"]
    assert pointers(owner.post(f"/projects/{project['id']}/assets", new_body(status="final"), expect=422)) == {"/status"}
    draft = world.new_draft(product, project)
    assert pointers(owner.patch(f"/versions/{draft['id']}", {"status": "approved"}, expect=422)) == {"/status"}


# Addresses, methods, headers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("identifier", [MISSING, "nonsense", "0", "%00", "..%2F..", "%F0%9F%90%89", "a" * 5000])
def test_an_id_that_names_nothing_is_not_found(owner, identifier):
    # U+0000 can stand in no text, so the address itself is malformed.
    expected = 400 if identifier == "%00" else 404
    owner.get(f"/assets/{identifier}", expect=expected)
    owner.patch(f"/versions/{identifier}", {"comment": "x"}, expect=expected)


def test_a_broken_escape_is_malformed(world):
    # requests would repair it, so it goes out as it is.
    import http.client
    from urllib.parse import urlsplit

    for target in ("/api/v1/projects?q=%zz", "/api/v1/projects?q=%f", "/api/v1/projects?q=%ff"):
        connection = http.client.HTTPConnection(urlsplit(world.site.url).netloc, timeout=10)
        connection.request("GET", target, headers={"Authorization": f"Bearer {world.site.token}"})
        answer = connection.getresponse()
        problem = json.loads(answer.read())
        assert answer.status in (400, 422) and answer.headers["Content-Type"].startswith("application/problem+json")
        assert problem["status"] == answer.status
        connection.close()


def test_an_address_that_is_not_there_is_a_problem(owner):
    owner.get("/nothing/here", expect=404)
    owner.post("/nothing", {}, expect=404)


@pytest.mark.parametrize("method, path, allowed", [
    ("DELETE", "/projects", {"GET", "HEAD", "POST"}),
    ("PUT", f"/assets/{MISSING}", {"GET", "HEAD", "PATCH", "DELETE"}),
    ("GET", "/batch", {"POST"}),
    ("GET", f"/versions/{MISSING}/publish", {"POST"}),
])
def test_a_method_that_an_address_does_not_know_is_told_which_it_does(owner, method, path, allowed):
    answer = owner.call(method, path, 405)
    named = {name.strip() for name in answer.headers["Allow"].split(",")}
    assert allowed - {"HEAD"} <= named <= allowed | {"HEAD", "OPTIONS"}


def test_head_answers_what_get_answers_without_its_body(owner, asset):
    path = f"/assets/{asset['id']}"
    got = owner.get(path)
    head = owner.head(path)
    assert head.content == b""
    assert head.headers["ETag"] == got.headers["ETag"]
    assert head.headers["Content-Type"] == got.headers["Content-Type"]
    assert head.headers.get("Content-Length", str(len(got.content))) == str(len(got.content))
    owner.head(f"/assets/{MISSING}", expect=404)


def test_a_request_id_is_kept_when_it_is_sane_and_replaced_when_not(owner):
    kept = owner.get("/me", headers={"X-Request-Id": "render-farm.42_a"})
    assert kept.headers["X-Request-Id"] == "render-farm.42_a"
    for wild in ("x" * 500, "a b\tc", "<script>"):
        replaced = owner.get("/me", headers={"X-Request-Id": wild}).headers["X-Request-Id"]
        assert replaced and replaced != wild
    first, second = (owner.get("/me").headers["X-Request-Id"] for _ in range(2))
    assert first != second


def test_a_request_id_stands_in_the_event(owner, project, world):
    request_id = unique("trace")
    made = owner.post(f"/projects/{project['id']}/assets", new_body(), expect=201, headers={"X-Request-Id": request_id}).json()
    events = world.eventually(
        lambda: owner.get("/events", params={"project": project["id"]}).json()["data"],
        lambda found: any(event["entity_id"] == made["id"] for event in found),
    )
    assert [event["request_id"] for event in events if event["entity_id"] == made["id"]] == [request_id]


def test_a_write_answers_a_token_that_a_read_may_send_back(owner, asset):
    path = f"/assets/{asset['id']}"
    token = owner.patch(path, {"name": "Seen"}).headers["X-Bifrost-Consistency"]
    assert owner.get(path, headers={"X-Bifrost-Consistency": token}).json()["name"] == "Seen"


@pytest.mark.parametrize("token", ["1.8421.0", "nonsense", "0-0-00000000", "'; drop table asset; --", "f" * 4000])
def test_a_consistency_token_that_no_write_answered_is_refused(owner, asset, token):
    problem = owner.get(f"/assets/{asset['id']}", headers={"X-Bifrost-Consistency": token}, expect=400).json()
    assert "X-Bifrost-Consistency" in problem["detail"]


@pytest.mark.parametrize("header", ["Bearer", "Bearer nonsense", "Basic b3duZXI6eA==", "Bearer bft_" + "a" * 43, "bearer", ""])
def test_a_token_that_is_none_is_refused_with_a_challenge(world, header):
    answer = world.anonymous.get("/me", expect=401, headers={"Authorization": header})
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


# Archive, restore, purge ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["project", "asset", "product", "version"])
def test_archive_restore_and_purge(world, owner, kind):
    project = world.new_project()
    asset = world.new_asset(project)
    product = world.new_product(asset)
    version = world.new_version(product, project)
    path = f"/{kind}s/{ {'project': project, 'asset': asset, 'product': product, 'version': version}[kind]['id'] }"
    owner.post(f"{path}/purge", expect=409)
    archived = owner.delete(path, expect=200).json()
    assert archived["archived_at"]
    assert owner.delete(path, expect=200).json()["revision"] == archived["revision"]
    assert owner.get(path).json()["archived_at"] == archived["archived_at"]
    restored = owner.post(f"{path}/restore", expect=200).json()
    assert restored["archived_at"] is None and restored["revision"] == archived["revision"] + 1
    assert owner.post(f"{path}/restore", expect=200).json()["revision"] == restored["revision"]
    owner.delete(path, expect=200)
    owner.post(f"{path}/purge", expect=204)
    owner.get(path, expect=404)
    owner.post(f"{path}/purge", expect=404)


def test_an_archived_code_stays_taken_until_it_is_purged(owner, project, asset):
    body = new_body(code=asset["code"])
    owner.delete(f"/assets/{asset['id']}", expect=200)
    owner.post(f"/projects/{project['id']}/assets", body, expect=409)
    owner.post(f"/assets/{asset['id']}/purge", expect=204)
    owner.post(f"/projects/{project['id']}/assets", body, expect=201)


def test_what_is_archived_takes_nothing_new(owner, project, asset, product, world):
    owner.delete(f"/products/{product['id']}", expect=200)
    owner.post(f"/products/{product['id']}/versions", {}, expect=409)
    owner.put(f"/assets/{asset['id']}/products/{product['code']}", {}, expect=409)
    owner.delete(f"/assets/{asset['id']}", expect=200)
    owner.post(f"/assets/{asset['id']}/products", {"code": "other"}, expect=409)
    owner.patch(f"/assets/{asset['id']}", {"name": "Changed"}, expect=409)
    owner.delete(f"/projects/{project['id']}", expect=200)
    owner.post(f"/projects/{project['id']}/assets", new_body(), expect=409)


def test_codes_are_unique_among_siblings_and_free_elsewhere(owner, world, project, asset):
    other = world.new_project()
    owner.post(f"/projects/{other['id']}/assets", new_body(code=asset["code"]), expect=201)
    owner.post("/projects", {"code": project["code"], "name": "Again"}, expect=409)
    owner.post(f"/assets/{asset['id']}/products", {"code": "model"}, expect=201)
    owner.post(f"/assets/{asset['id']}/products", {"code": "Model"}, expect=409)
    owner.put(f"/assets/{asset['id']}/products/MODEL", {}, expect=200)
