"""From bytes to a published version and back; dependencies, resolve, impact, history, search, events."""

import hashlib
import os

import pytest

from kit.caller import pointers
from kit.world import unique

MISSING = "0197a0d2-3c4e-7b1a-9f00-ffffffffffff"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def download(world, file):
    answer = world.owner.get(file["download_url"], expect=302)
    location = answer.headers["Location"]
    # The signed address needs no token; only the site's own addresses are checked against the document.
    return world.anonymous.get(location if "://" in location else world.site.url + location, expect=200).content


# Uploads -------------------------------------------------------------------------------------------------------------


def test_bytes_go_up_in_parts_and_come_down_equal(world, project, product):
    data = {"scene.ma": os.urandom(200_000), "textures/body.png": b"png" * 1000, "empty.txt": b""}
    draft = world.new_draft(product, project, files=data, comment="With textures")
    assert draft["number"] is None and draft["state"] == "draft" and draft["file_count"] == 3
    version = world.publish(draft)
    assert version["number"] == 1 and version["state"] == "published" and version["published_at"]
    assert version["total_size"] == sum(map(len, data.values()))
    files = world.owner.all(f"/versions/{version['id']}/files")
    assert [file["path"] for file in files] == sorted(data)
    for file in files:
        assert (file["size"], file["sha256"]) == (len(data[file["path"]]), sha256(data[file["path"]]))
        assert download(world, file) == data[file["path"]]
        assert world.owner.get(f"/files/{file['id']}").json() == file
    png = next(file for file in files if file["path"].endswith(".png"))
    assert png["media_type"] == "image/png"


def test_a_file_of_several_parts_resumes(world, project):
    small = world.owner.post("/uploads", {"project_id": project["id"], "name": "probe", "size": 1}, expect=201).json()
    size = small["part_size"] + 12_345
    data = os.urandom(4096) * (size // 4096) + bytes(size % 4096)
    upload = world.owner.post("/uploads", {"project_id": project["id"], "name": "large.bin", "size": size, "sha256": sha256(data)}, expect=201).json()
    assert [part["size"] for part in upload["parts"]] == [small["part_size"], 12_345]
    first = world.send_parts({**upload, "parts": upload["parts"][:1]}, data)
    arrived = world.owner.get(f"/uploads/{upload['id']}").json()
    assert [(part["number"], part["size"], part["etag"]) for part in arrived["parts"]] == [(1, small["part_size"], first[0]["etag"])]
    world.owner.post(f"/uploads/{upload['id']}/complete", {"parts": first}, expect=409)
    renewed = world.owner.post(f"/uploads/{upload['id']}/parts", {"numbers": [2]}, expect=200).json()
    second = world.send_parts(renewed, data)
    done = world.owner.post(f"/uploads/{upload['id']}/complete", {"parts": first + second}, expect=(200, 202)).json()
    assert world.settled(lambda: world.owner.get(f"/uploads/{upload['id']}").json(), done, {"verifying"})["state"] == "complete"
    again = world.owner.post(f"/uploads/{upload['id']}/complete", {"parts": first + second}, expect=200).json()
    assert again["state"] == "complete"


def test_a_part_may_be_replaced_and_the_etags_decide(world, project):
    upload = world.owner.post("/uploads", {"project_id": project["id"], "name": "a", "size": 5, "sha256": sha256(b"right")}, expect=201).json()
    stale = world.send_parts(upload, b"wrong")
    fresh = world.send_parts(upload, b"right")
    world.owner.post(f"/uploads/{upload['id']}/complete", {"parts": stale}, expect=409)
    done = world.owner.post(f"/uploads/{upload['id']}/complete", {"parts": fresh}, expect=(200, 202)).json()
    assert world.settled(lambda: world.owner.get(f"/uploads/{upload['id']}").json(), done, {"verifying"})["state"] == "complete"


def test_other_bytes_than_were_said_fail(world, project, product):
    upload = world.owner.post("/uploads", {"project_id": project["id"], "name": "a", "size": 5, "sha256": sha256(b"said!")}, expect=201).json()
    parts = world.send_parts(upload, b"wrong")
    done = world.owner.post(f"/uploads/{upload['id']}/complete", {"parts": parts}, expect=(200, 202)).json()
    failed = world.settled(lambda: world.owner.get(f"/uploads/{upload['id']}").json(), done, {"verifying"})
    assert failed["state"] == "failed" and failed["error"]
    body = {"files": [{"path": "a", "upload_id": upload["id"]}]}
    answer = world.owner.post(f"/products/{product['id']}/versions", body, expect=(409, 422))
    assert answer.json()["detail"]


def test_a_signed_address_is_good_for_what_was_signed(world, project):
    upload = world.owner.post("/uploads", {"project_id": project["id"], "name": "a", "size": 5}, expect=201).json()
    part = upload["parts"][0]
    url = world.absolute(part["url"])
    put = world.anonymous.session.put
    for altered in (url[:-1] + ("0" if url[-1] != "0" else "1"), url.replace("/1?", "/2?"), url.split("?")[0]):
        assert put(altered, data=b"12345", headers=part["headers"], timeout=10).status_code == 403
    for wrong_size in (b"1234", b"123456"):
        assert put(url, data=wrong_size, headers=part["headers"], timeout=10).status_code in (400, 403, 409, 413)
    parts = world.send_parts(upload, b"12345")
    world.owner.post(f"/uploads/{upload['id']}/complete", {"parts": parts}, expect=(200, 202))
    assert put(url, data=b"12345", headers=part["headers"], timeout=10).status_code in (403, 404)


def test_a_checksum_that_was_signed_refuses_other_bytes(world, project):
    upload = world.owner.post("/uploads", {"project_id": project["id"], "name": "a", "size": 5}, expect=201).json()
    body = {"numbers": [1], "checksums": [{"number": 1, "sha256": sha256(b"right")}]}
    part = world.owner.post(f"/uploads/{upload['id']}/parts", body, expect=200).json()["parts"][0]
    assert "x-amz-checksum-sha256" in {name.lower() for name in part["headers"]}
    put = world.anonymous.session.put
    assert 400 <= put(world.absolute(part["url"]), data=b"wrong", headers=part["headers"], timeout=10).status_code < 500
    assert put(world.absolute(part["url"]), data=b"right", headers=part["headers"], timeout=10).status_code == 200


def test_the_same_bytes_are_stored_once_for_those_who_may_read_them(world, production, product, project):
    data = unique("shared bytes").encode()
    world.new_version(product, project, files={"a.bin": data})
    body = {"project_id": project["id"], "name": "again.bin", "size": len(data), "sha256": sha256(data)}
    assert world.owner.post("/uploads", body, expect=201).json()["state"] == "complete"
    # An artist of another project may not read them, so naming the hash gives nothing.
    artist = production.callers["artist"]
    foreign = artist.post("/uploads", {**body, "project_id": production.project["id"]}, expect=201).json()
    assert foreign["state"] == "open" and len(foreign["parts"]) == 1
    own = world.new_product(world.new_asset(production.project))
    named = {"files": [{"path": "a.bin", "sha256": sha256(data), "size": len(data)}]}
    answer = artist.post(f"/products/{own['id']}/versions", named, expect=422)
    assert pointers(answer) == {"/files/0/sha256"}
    # Who brings the bytes has them, and they are the same object.
    upload = world.upload(production.project, data, artist)
    assert upload["state"] == "complete"
    version = world.new_version(own, production.project, artist, files={"b.bin": data})
    file = artist.get(f"/versions/{version['id']}/files").json()["data"][0]
    assert download(world, file) == data
    world.owner.post(f"/products/{product['id']}/versions", named, expect=201)


def test_a_batch_of_uploads(world, project, product):
    datas = [unique("bytes").encode() for _ in range(20)] + [b""]
    items = [{"name": f"{i}.bin", "size": len(data), "sha256": sha256(data)} for i, data in enumerate(datas)]
    uploads = world.owner.post("/uploads/batch", {"project_id": project["id"], "items": items}, expect=201).json()["data"]
    assert [upload["name"] for upload in uploads] == [item["name"] for item in items]
    open_ones = [(upload, data) for upload, data in zip(uploads, datas, strict=True) if upload["state"] == "open"]
    assert len(open_ones) == 20 and uploads[-1]["state"] == "complete" and uploads[-1]["parts"] == []
    sent = [{"id": upload["id"], "parts": world.send_parts(upload, data)} for upload, data in open_ones]
    done = world.owner.post("/uploads/batch/complete", {"items": sent}, expect=(200, 202)).json()["data"]
    assert [upload["id"] for upload in done] == [item["id"] for item in sent]
    for upload in done:
        settled = world.settled(lambda upload=upload: world.owner.get(f"/uploads/{upload['id']}").json(), upload, {"verifying"})
        assert settled["state"] == "complete"


@pytest.mark.parametrize("field, value, pointer", [
    ("size", -1, "/size"), ("size", 1.5, "/size"), ("size", None, "/size"), ("name", "", "/name"), ("name", "../x", "/name"),
    ("sha256", "abc", "/sha256"), ("sha256", "G" * 64, "/sha256"), ("media_type", "no type", "/media_type"), ("project_id", "x", "/project_id"),
])
def test_an_upload_that_makes_no_sense_is_refused_by_name(owner, project, field, value, pointer):
    body = {"project_id": project["id"], "name": "a.bin", "size": 5, field: value}
    assert pointers(owner.post("/uploads", body, expect=422)) == {pointer}


def test_a_dropped_upload_is_gone(world, project):
    upload = world.owner.post("/uploads", {"project_id": project["id"], "name": "a", "size": 5}, expect=201).json()
    world.owner.delete(f"/uploads/{upload['id']}", expect=204)
    world.owner.get(f"/uploads/{upload['id']}", expect=404)
    part = upload["parts"][0]
    assert world.anonymous.session.put(world.absolute(part["url"]), data=b"12345", headers=part["headers"], timeout=10).status_code in (403, 404)


def test_ranges_of_a_stored_object(world, project, product):
    data = bytes(range(256)) * 40
    version = world.new_version(product, project, files={"a.bin": data})
    file = world.owner.get(f"/versions/{version['id']}/files").json()["data"][0]
    location = world.owner.get(file["download_url"], expect=302).headers["Location"]
    url = location if "://" in location else world.site.url + location
    get = world.anonymous.get
    for header, piece in (("bytes=0-99", data[:100]), ("bytes=100-", data[100:]), ("bytes=-10", data[-10:]), ("bytes=5-5", data[5:6])):
        answer = get(url, expect=206, headers={"Range": header})
        assert answer.content == piece
        assert answer.headers["Content-Range"].endswith(f"/{len(data)}")
    get(url, expect=416, headers={"Range": f"bytes={len(data)}-"})


# Versions ------------------------------------------------------------------------------------------------------------


def test_publishing_twice_is_publishing_once(world, project, product):
    draft = world.new_draft(product, project)
    first = world.publish(draft)
    again = world.owner.post(f"/versions/{draft['id']}/publish", {}, expect=200).json()
    assert again == first
    assert [v["number"] for v in world.owner.all(f"/products/{product['id']}/versions")] == [1]


def test_numbers_count_up_are_reserved_stated_and_never_reused(world, project, product):
    assert world.new_version(product, project)["number"] == 1
    reserved = world.new_draft(product, project, reserve_number=True)
    assert reserved["number"] == 2
    assert world.new_version(product, project)["number"] == 3
    assert world.publish(reserved)["number"] == 2
    stated = world.new_version(product, project, number=10)
    assert stated["number"] == 10
    world.owner.post(f"/products/{product['id']}/versions", {"number": 10}, expect=409)
    assert world.new_version(product, project)["number"] == 11
    gone = world.new_version(product, project)
    world.owner.delete(f"/versions/{gone['id']}", expect=200)
    world.owner.post(f"/versions/{gone['id']}/purge", expect=204)
    assert world.new_version(product, project)["number"] == 13
    assert world.owner.get(f"/products/{product['id']}").json()["latest_number"] == 13


def test_a_published_version_keeps_its_files_and_takes_a_comment(world, project, product):
    version = world.new_version(product, project)
    path = f"/versions/{version['id']}"
    upload = world.upload(project, unique("late").encode())
    world.owner.post(f"{path}/files", {"files": [{"path": "late.bin", "upload_id": upload["id"]}]}, expect=409)
    world.owner.patch(path, {"frame_range": {"first": 1, "last": 2}}, expect=409)
    changed = world.owner.patch(path, {"comment": "Better", "metadata": {"take": 3}}).json()
    assert (changed["comment"], changed["metadata"], changed["revision"]) == ("Better", {"take": 3}, version["revision"] + 1)


def test_files_are_added_to_a_draft_in_pages(world, project, product):
    draft = world.new_draft(product, project, files={})
    for page in range(3):
        upload = world.upload(project, unique("page").encode())
        body = {"files": [{"path": f"frames/f.{1001 + page}.exr", "upload_id": upload["id"], "representation": "exr", "frame": 1001 + page}]}
        if page == 0:
            body["representations"] = [{"name": "exr", "format": "exr", "primary": True, "pattern": "frames/f.%04d.exr", "frames": "1001-1003"}]
        world.owner.post(f"/versions/{draft['id']}/files", body, expect=201)
    taken = {"files": [{"path": "frames/f.1001.exr", "upload_id": upload["id"]}]}
    world.owner.post(f"/versions/{draft['id']}/files", taken, expect=409)
    version = world.publish(draft)
    assert [(r["name"], r["pattern"], r["frames"]) for r in version["representations"]] == [("exr", "frames/f.%04d.exr", "1001-1003")]
    files = world.owner.all(f"/versions/{version['id']}/files", {"representation": "exr", "limit": 2})
    assert [file["frame"] for file in files] == [1001, 1002, 1003]


@pytest.mark.parametrize("path", ["", "/abs", "a/../b", "..", "./a", "a//b", "a\\b", "a\x00", "a\n", "a/", "x" * 256, "C:\\x"])
def test_a_path_that_leaves_the_version_is_refused(owner, product, path):
    body = {"files": [{"path": path, "sha256": "0" * 64, "size": 1}]}
    assert pointers(owner.post(f"/products/{product['id']}/versions", body, expect=422)) & {"/files/0/path"}


def test_a_version_may_hold_a_path_once(owner, world, project, product):
    upload = world.upload(project, unique("x").encode())
    body = {"files": [{"path": "a", "upload_id": upload["id"]}, {"path": "a", "upload_id": upload["id"]}]}
    owner.post(f"/products/{product['id']}/versions", body, expect=(409, 422))


def test_frame_range_and_source_come_back(owner, world, project, product):
    draft = world.new_draft(product, project, frame_range={"first": 1001, "last": 1100}, source={"path": "hero_v003.ma", "application": "maya"})
    assert draft["frame_range"] == {"first": 1001, "last": 1100, "step": 1}
    assert draft["source"] == {"path": "hero_v003.ma", "application": "maya"}
    answer = owner.post(f"/products/{product['id']}/versions", {"frame_range": {"first": 10, "last": 9}}, expect=422)
    assert any(pointer.startswith("/frame_range") for pointer in pointers(answer))


def test_two_versions_are_compared(owner, world, project, product):
    first = world.new_version(product, project, files={"same": b"same", "changed": b"one", "removed": b"gone"})
    second = world.new_version(product, project, files={"same": b"same", "changed": b"three", "added": b"new!"})
    compared = owner.get(f"/versions/{first['id']}/compare/{second['id']}").json()
    assert [f["path"] for f in compared["files"]["added"]] == ["added"]
    assert [f["path"] for f in compared["files"]["removed"]] == ["removed"]
    assert [f["path"] for f in compared["files"]["changed"]] == ["changed"]
    assert compared["files"]["unchanged"] == 1 and compared["size_change"] == 2


# Dependencies, resolve, impact ---------------------------------------------------------------------------------------


@pytest.fixture
def library(world, project):
    """texture ← model ← rig, each a product of an asset of its own."""
    made = {}
    for name in ("texture", "model", "rig"):
        made[name] = world.new_product(world.new_asset(project, name=name.title()))
    made["texture_1"] = world.new_version(made["texture"], project)
    made["model_1"] = world.new_version(made["model"], project, dependencies=[{"version_id": made["texture_1"]["id"], "kind": "texture"}])
    made["rig_1"] = world.new_version(made["rig"], project, dependencies=[{"product_id": made["model"]["id"], "kind": "reference"}])
    return made


def test_dependencies_are_pinned_or_float_and_record_what_they_meant(owner, library):
    pinned = owner.get(f"/versions/{library['model_1']['id']}/dependencies").json()["data"]
    assert [(d["target_version_id"], d["policy"], d["resolved_version_id"]) for d in pinned] == [(library["texture_1"]["id"], None, library["texture_1"]["id"])]
    floating = owner.get(f"/versions/{library['rig_1']['id']}/dependencies").json()["data"]
    assert [(d["target_version_id"], d["target_product_id"], d["policy"], d["resolved_version_id"]) for d in floating] == [
        (None, library["model"]["id"], "latest", library["model_1"]["id"])
    ]


def test_a_cycle_of_dependencies_is_refused_and_named(owner, world, library):
    # A pinned edge reaches one version, so a ring has to float all the way round.
    world.new_version(library["model"], {"id": library["model"]["project_id"]}, dependencies=[{"product_id": library["texture"]["id"], "kind": "texture"}])
    body = {"dependencies": [{"product_id": library["rig"]["id"], "kind": "reference"}]}
    answer = owner.post(f"/products/{library['texture']['id']}/versions", body, expect=409).json()
    assert len(answer["cycle"]) >= 2 and all(step["id"] for step in answer["cycle"])
    itself = {"dependencies": [{"product_id": library["texture"]["id"], "kind": "reference"}]}
    owner.post(f"/products/{library['texture']['id']}/versions", itself, expect=409)


@pytest.mark.parametrize("dependency, pointer", [
    ({"version_id": MISSING, "kind": "reference"}, "/dependencies/0/version_id"),
    ({"product_id": MISSING, "kind": "reference"}, "/dependencies/0/product_id"),
    ({"product_id": MISSING}, "/dependencies/0/kind"),
    ({"product_id": MISSING, "kind": "reference", "policy": "newest"}, "/dependencies/0/policy"),
])
def test_a_dependency_on_nothing_is_refused_by_name(owner, product, dependency, pointer):
    answer = owner.post(f"/products/{product['id']}/versions", {"dependencies": [dependency]}, expect=422)
    assert pointer in pointers(answer)


def test_impact_reaches_through_every_level(owner, library):
    found = owner.get(f"/versions/{library['texture_1']['id']}/impact").json()
    by_id = {row["id"]: row for row in found["data"]}
    assert by_id[library["model_1"]["id"]]["depth"] == 1
    assert by_id[library["rig_1"]["id"]]["depth"] == 2
    assert found["truncated"] is False
    near = owner.get(f"/versions/{library['texture_1']['id']}/impact", params={"depth": 1}).json()["data"]
    assert {row["id"] for row in near if row["kind"] == "version"} == {library["model_1"]["id"]}
    assert owner.get(f"/versions/{library['texture_1']['id']}/impact", params={"limit": 1}).json()["truncated"] is True


def put_components(owner, assembly, rows, expect=200):
    path = f"/assets/{assembly['id']}/components"
    return owner.put(path, {"data": rows}, expect=expect, headers={"If-Match": owner.get(path).headers["ETag"]})


def test_an_assembly_resolves_through_assemblies_to_exact_files(owner, world, project):
    lamp = world.new_asset(project, name="Lamp")
    model = world.new_product(lamp, code="model")
    one = world.new_version(model, project, files={"lamp.usd": b"one"}, representations=[{"name": "main", "format": "usd", "primary": True}])
    two = world.new_version(model, project, files={"lamp.usd": b"two!"})
    owner.post(f"/versions/{one['id']}/transitions", {"to": "approved"}, expect=200)
    room, house = (world.new_asset(project, type="interior") for _ in range(2))
    transform = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 12.5, 0, -3, 1]
    rows = [
        {"asset_id": lamp["id"], "name": "lamp_floating", "transform": transform, "count": 3},
        {"asset_id": lamp["id"], "name": "lamp_pinned", "pins": {"model": one["id"]}},
        {"asset_id": lamp["id"], "name": "lamp_approved", "pins": {"model": "latest_approved"}},
    ]
    put = put_components(owner, room, rows).json()
    assert [row["name"] for row in put["data"]] == [row["name"] for row in rows]
    assert put["data"][0]["transform"] == transform and put["data"][0]["count"] == 3
    put_components(owner, house, [{"asset_id": room["id"], "name": "room"}])

    resolved = owner.get(f"/assets/{house['id']}/resolve").json()
    assert resolved["policy"] == "latest"
    by_path = {"/".join(row["path"]): row for row in resolved["data"]}
    assert list(by_path) == ["", "room", "room/lamp_floating", "room/lamp_pinned", "room/lamp_approved"]
    versions = {path: row["products"][0]["version_id"] for path, row in by_path.items() if row["products"]}
    assert versions == {"room/lamp_floating": two["id"], "room/lamp_pinned": one["id"], "room/lamp_approved": one["id"]}
    file = by_path["room/lamp_pinned"]["products"][0]["representations"][0]["files"][0]
    assert (file["path"], file["sha256"]) == ("lamp.usd", sha256(b"one"))
    approved = owner.get(f"/assets/{house['id']}/resolve", params={"policy": "latest_approved"}).json()["data"]
    assert {row["products"][0]["version_id"] for row in approved if row["products"]} == {one["id"]}
    used_by = {row["id"] for row in owner.get(f"/assets/{lamp['id']}/impact").json()["data"]}
    assert {room["id"], house["id"]} <= used_by


def test_an_assembly_never_contains_itself(owner, world, project):
    outer, middle, inner = (world.new_asset(project, type="environment") for _ in range(3))
    put_components(owner, outer, [{"asset_id": middle["id"]}])
    put_components(owner, middle, [{"asset_id": inner["id"]}])
    refused = put_components(owner, inner, [{"asset_id": outer["id"]}], expect=409).json()
    assert {outer["id"], middle["id"], inner["id"]} == {step["id"] for step in refused["cycle"]}
    put_components(owner, inner, [{"asset_id": inner["id"]}], expect=409)
    assert owner.get(f"/assets/{inner['id']}/components").json()["data"] == []


def test_components_that_make_no_sense_are_refused_by_name(owner, world, project, asset):
    assembly = world.new_asset(project, type="environment")
    rows = [
        {"asset_id": MISSING},
        {"asset_id": asset["id"], "transform": [1, 2]},
        {"asset_id": asset["id"], "pins": {"model": "newest"}},
        {"asset_id": asset["id"], "count": 0},
        {"name": "nothing"},
    ]
    found = pointers(put_components(owner, assembly, rows, expect=422))
    assert {"/data/1/transform", "/data/3/count", "/data/4/asset_id"} <= found
    assert any(pointer.startswith("/data/2/pins") for pointer in found)
    assert pointers(put_components(owner, assembly, rows[:1], expect=422)) == {"/data/0/asset_id"}
    put_components(owner, asset, [{"asset_id": assembly["id"]}], expect=409)


def test_rows_of_components_keep_their_ids(owner, world, project, asset):
    assembly = world.new_asset(project, type="environment")
    first = put_components(owner, assembly, [{"asset_id": asset["id"], "name": "a"}, {"asset_id": asset["id"], "name": "b"}]).json()["data"]
    second = put_components(owner, assembly, [{**first[1], "name": "renamed"}, {"asset_id": asset["id"]}]).json()["data"]
    assert second[0]["id"] == first[1]["id"] and second[0]["name"] == "renamed"
    assert second[1]["id"] not in {row["id"] for row in first} and second[1]["name"]


# Addresses, workflow -------------------------------------------------------------------------------------------------


def test_addresses_lead_to_entities(owner, world):
    project = world.new_project(code=unique("Film"))
    asset = world.new_asset(project, code="Char Hero")
    product = world.new_product(asset, code="model")
    first, second = world.new_version(product, project), world.new_version(product, project)
    owner.post(f"/versions/{first['id']}/transitions", {"to": "approved"}, expect=200)
    root = project["code"]
    for address, kind, entity in (
        (root, "project", project), (f"{root}:char_hero", "asset", asset), (f"{root}:Char Hero", "asset", asset), (f"{root}:char_hero/model", "product", product),
        (f"{root}:char_hero/model@1", "version", first), (f"{root}:char_hero/model@latest", "version", second), (f"{root}:char_hero/model@approved", "version", first),
        (asset["id"], "asset", asset), (second["id"], "version", second),
    ):
        found = owner.get("/resolve", params={"address": address}).json()
        assert (found["kind"], found["id"], found["entity"]["id"]) == (kind, entity["id"], entity["id"]), address
    assert owner.get("/resolve", params={"address": "char_hero/model@2", "project": root}).json()["address"] == f"{root}:char_hero/model@2"
    for missing in (f"{root}:nobody", f"{root}:char_hero/model@99", f"nobody_{root}:char_hero", f"{root}:char_hero/rig"):
        owner.get("/resolve", expect=404, params={"address": missing})
    for malformed in (f"{root}:a//b", f"{root}:char_hero/model@", f"{root}:char_hero/model@-1", "@", "a:b:c"):
        assert pointers(owner.get("/resolve", expect=422, params={"address": malformed})) == {"/address"}
    assert pointers(owner.get("/resolve", expect=422)) == {"/address"}


def test_a_transition_that_is_not_open_names_those_that_are(owner, asset):
    path = f"/assets/{asset['id']}/transitions"
    listed = owner.get(path).json()
    assert listed["status"] == "concept"
    refused = owner.post(path, {"to": "final"}, expect=409).json()
    assert set(refused["open"]) == {move["to"] for move in listed["data"] if move["open"]}
    assert pointers(owner.post(path, {"to": "no_state"}, expect=422)) == {"/to"}
    moved = owner.post(path, {"to": "in_progress", "comment": "Begun."}, expect=200).json()
    assert (moved["status"], moved["revision"]) == ("in_progress", asset["revision"] + 1)


# History, search, events ---------------------------------------------------------------------------------------------


def test_history_tells_what_was_changed_newest_first(owner, asset):
    owner.patch(f"/assets/{asset['id']}", {"name": "Second"})
    owner.post(f"/assets/{asset['id']}/transitions", {"to": "in_progress"}, expect=200)
    entries = owner.get(f"/assets/{asset['id']}/history").json()["data"]
    assert [entry["action"].split(".")[0] for entry in entries] == ["asset"] * 3
    assert entries[-1]["action"] == "asset.created"
    changes = {change["field"]: (change["from"], change["to"]) for change in entries[1]["changes"]}
    assert changes["name"] == (asset["name"], "Second")
    assert {c["field"]: (c["from"], c["to"]) for c in entries[0]["changes"]}["status"] == ("concept", "in_progress")
    assert entries[0]["actor"]["code"] == "owner"
    paged = owner.all(f"/assets/{asset['id']}/history", {"limit": 1})
    assert [entry["position"] for entry in paged] == [entry["position"] for entry in entries]


def test_search_finds_across_kinds_with_facets(owner, world):
    project = world.new_project(name="Xylophonia")
    made = [world.new_asset(project, name=f"Xylophone {i}", type=kind, tags=["brass"]) for i, kind in enumerate(("prop", "prop", "vehicle"))]
    wanted = {asset["id"] for asset in made}

    def hits(**params):
        return owner.get("/search", params={"q": "xylophon", **params}).json()

    found = world.eventually(lambda: hits(facets="kind,type"), lambda answer: wanted <= {hit["id"] for hit in answer["data"]})
    assert {"value": "prop", "count": 2} in found["facets"]["type"]
    assert {row["value"] for row in found["facets"]["kind"]} >= {"asset"}
    assert {hit["id"] for hit in hits(kind="asset", project=project["code"])["data"]} == wanted
    assert {hit["id"] for hit in owner.get(f"/projects/{project['id']}/search", params={"q": "xylophone"}).json()["data"]} >= wanted
    first = hits(limit=2)
    rest = hits(limit=1000, cursor=first["next_cursor"])
    ids = [hit["id"] for hit in first["data"] + rest["data"]]
    assert len(ids) == len(set(ids)) and wanted <= set(ids)
    hit = next(hit for hit in found["data"] if hit["id"] == made[0]["id"])
    for highlight in hit["highlights"]:
        assert all(0 <= begin < end <= len(highlight["text"]) for begin, end in highlight["ranges"])
    owner.get("/search", expect=422)
    owner.get("/search", expect=404, params={"q": "x", "project": "nobody_here"})


def test_search_forgives_a_small_typing_error(owner, world):
    project = world.new_project()
    made = world.new_asset(project, name="Chandelier")
    world.eventually(lambda: owner.get("/search", params={"q": "chandelier"}).json()["data"], lambda hits: made["id"] in {h["id"] for h in hits})
    assert made["id"] in {hit["id"] for hit in owner.get("/search", params={"q": "chandelir"}).json()["data"]}


def test_events_are_resumed_without_loss(owner, world):
    project = world.new_project()
    params = {"project": project["code"], "limit": 3}
    made = [world.new_asset(project)["id"] for _ in range(4)]
    world.heard(project, made[-1], "asset.created")
    seen, position = [], None
    while True:
        page = owner.get("/events", params={**params, **({"since": position} if position else {})}).json()
        seen += page["data"]
        position = page["position"]
        if page["next_cursor"] is None:
            break
        assert page["next_cursor"] == position
    assert [e["entity_id"] for e in seen if e["action"] == "asset.created"] == made
    assert len({e["position"] for e in seen}) == len(seen)
    empty = owner.get("/events", params={**params, "since": position}).json()
    assert empty["data"] == [] and empty["position"]
    later = world.new_asset(project)["id"]
    world.heard(project, later, "asset.created")
    assert [e["entity_id"] for e in owner.get("/events", params={**params, "since": empty["position"]}).json()["data"]] == [later]


def test_events_are_filtered_by_kind_and_action(owner, world):
    project = world.new_project()
    asset = world.new_asset(project)
    owner.patch(f"/assets/{asset['id']}", {"name": "Changed"})
    world.heard(project, asset["id"], "asset.updated")

    def actions(kinds):
        return {event["action"] for event in owner.get("/events", params={"project": project["code"], "kinds": kinds}).json()["data"]}

    assert actions("asset") == {"asset.created", "asset.updated"}
    assert actions("asset.updated") == {"asset.updated"}
    assert actions("asset.updated,project") == {"asset.updated", "project.created"}
    assert pointers(owner.get("/events", expect=422, params={"since": "nonsense"})) == {"/since"}
    update = [e for e in owner.get("/events", params={"project": project["code"], "kinds": "asset.updated"}).json()["data"]][0]
    assert (update["patch"]["before"]["name"], update["patch"]["after"]["name"]) == (asset["name"], "Changed")


def test_every_write_is_in_the_log(owner, world):
    start = owner.get("/events", params={"limit": 1000}).json()
    while start["next_cursor"]:
        start = owner.get("/events", params={"limit": 1000, "since": start["next_cursor"]}).json()
    project = world.new_project()
    asset = world.new_asset(project)
    product = world.new_product(asset)
    version = world.new_version(product, project)
    owner.delete(f"/products/{product['id']}", expect=200)
    world.heard(project, product["id"], "product.archived")
    events = owner.get("/events", params={"since": start["position"], "limit": 1000}).json()["data"]
    actions = [(event["action"], event["entity_id"]) for event in events]
    for wanted in (("project.created", project), ("asset.created", asset), ("product.created", product), ("version.created", version), ("version.published", version), ("product.archived", product)):
        assert (wanted[0], wanted[1]["id"]) in actions


def test_stats_count_what_is_there(owner, world):
    project = world.new_project()
    asset = world.new_asset(project, type="character")
    product = world.new_product(asset)
    world.new_version(product, project, files={"a": b"12345", "b": b"67890"})
    stats = owner.get(f"/projects/{project['id']}/stats").json()
    assert stats["entities"]["asset"] == 1 and stats["assets_by_type"] == {"character": 1} and stats["assets_by_status"] == {"concept": 1}
    assert (stats["files"], stats["total_size"]) == (2, 10)
