"""Lists: pages that inserts don't move, bounds, sort, filters, fields, include, count, archived."""

import pytest

from kit.caller import pointers
from kit.world import unique

COUNT = 25


@pytest.fixture(scope="module")
def filled(world):
    """A project with assets whose order by each field is known."""
    project = world.new_project()
    types = ["prop", "character", "vehicle"]
    assets = []
    for i in range(COUNT):
        body = {"code": f"a{(i * 7) % COUNT:02}", "name": f"Name {(i * 11) % COUNT:02}", "type": types[i % 3], "tags": ["all", f"mod{i % 4}"]}
        assets.append(world.owner.post(f"/projects/{project['id']}/assets", body, expect=201).json())
    return {"project": project, "path": f"/projects/{project['id']}/assets", "assets": assets}


def codes(items):
    return [item["code"] for item in items]


@pytest.mark.parametrize("limit", [1, 2, 7, 24, 25, 26, 1000])
def test_pages_give_everything_once_and_in_order(owner, filled, limit):
    items = owner.all(filled["path"], {"limit": limit})
    assert codes(items) == sorted(codes(filled["assets"]))


def test_a_page_is_at_most_as_long_as_asked_and_the_last_has_no_cursor(owner, filled):
    page = owner.get(filled["path"], params={"limit": 10}).json()
    assert len(page["data"]) == 10 and page["next_cursor"]
    assert "total" not in page
    assert owner.get(filled["path"], params={"limit": COUNT}).json()["next_cursor"] is None


def test_pages_stay_put_when_something_is_inserted_before_them(owner, world):
    project = world.new_project()
    for code in ("b", "d", "f", "h"):
        world.new_asset(project, code=code)
    path = f"/projects/{project['id']}/assets"
    first = owner.get(path, params={"limit": 2}).json()
    for code in ("a", "c", "e"):
        world.new_asset(project, code=code)
    owner.delete(f"/assets/{first['data'][0]['id']}", expect=200)
    rest = owner.get(path, params={"limit": 10, "cursor": first["next_cursor"]}).json()
    assert codes(first["data"]) == ["b", "d"]
    assert codes(rest["data"]) == ["e", "f", "h"]


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "x", "1.5", "", "99999999999999999999"])
def test_a_limit_out_of_bounds_is_refused(owner, filled, limit):
    assert pointers(owner.get(filled["path"], expect=422, params={"limit": limit})) == {"/limit"}


@pytest.mark.parametrize("cursor", ["nonsense", "AAAA", "W10", "eyJhIjoxfQ", "%27"])
def test_a_cursor_that_this_list_did_not_give_is_refused(owner, filled, cursor):
    assert pointers(owner.get(filled["path"], expect=422, params={"cursor": cursor})) == {"/cursor"}


def test_a_cursor_of_another_order_is_refused(owner, filled):
    cursor = owner.get(filled["path"], params={"limit": 2, "sort": "name"}).json()["next_cursor"]
    owner.get(filled["path"], expect=422, params={"limit": 2, "sort": "-name", "cursor": cursor})


@pytest.mark.parametrize("sort, key", [
    ("code", lambda a: (a["code"],)),
    ("name", lambda a: (a["name"].lower(),)),
    ("created_at", lambda a: (a["created_at"],)),
    ("updated_at", lambda a: (a["updated_at"],)),
    ("type,name", lambda a: (a["type"], a["name"].lower())),
    ("status,code", lambda a: (a["status"], a["code"])),
])
@pytest.mark.parametrize("descending", [False, True])
def test_a_list_is_sorted_as_asked_on_every_page(owner, filled, sort, key, descending):
    asked = ",".join(f"-{field}" for field in sort.split(",")) if descending else sort
    items = owner.all(filled["path"], {"sort": asked, "limit": 4})
    assert codes(items) == codes(sorted(filled["assets"], key=key, reverse=descending))


def test_a_list_is_sorted_in_mixed_directions(owner, filled):
    items = owner.all(filled["path"], {"sort": "type,-name", "limit": 3})
    wanted = sorted(sorted(filled["assets"], key=lambda a: a["name"].lower(), reverse=True), key=lambda a: a["type"])
    assert codes(items) == codes(wanted)


@pytest.mark.parametrize("sort", ["nothing", "-nothing", "code;name", "code,,name", "name desc", "metadata"])
def test_a_sort_by_what_is_no_field_is_refused(owner, filled, sort):
    assert pointers(owner.get(filled["path"], expect=422, params={"sort": sort})) == {"/sort"}


def test_unknown_parameters_are_refused_by_name(owner, filled, project, asset):
    answer = owner.get(filled["path"], expect=422, params={"limt": 5, "tpye": "prop"})
    assert pointers(answer) == {"/limt", "/tpye"}
    owner.get(f"/assets/{asset['id']}", expect=422, params={"nonsense": "1"})


def test_count_adds_the_total_whatever_the_page(owner, filled):
    page = owner.get(filled["path"], params={"count": "true", "limit": 3}).json()
    assert page["total"] == COUNT
    page = owner.get(filled["path"], params={"count": "true", "limit": 3, "type": "prop"}).json()
    assert page["total"] == len([a for a in filled["assets"] if a["type"] == "prop"])


@pytest.mark.parametrize("params, wanted", [
    ({"type": "prop"}, lambda a: a["type"] == "prop"),
    ({"type": "prop,vehicle"}, lambda a: a["type"] in ("prop", "vehicle")),
    ({"type": "nothing"}, lambda a: False),
    ({"status": "concept"}, lambda a: True),
    ({"status": "final,approved"}, lambda a: False),
    ({"tag": "mod1"}, lambda a: "mod1" in a["tags"]),
    ({"tag": "all,mod2"}, lambda a: "mod2" in a["tags"]),
    ({"tag": "MOD3"}, lambda a: "mod3" in a["tags"]),
    ({"tag": "mod1", "type": "prop"}, lambda a: "mod1" in a["tags"] and a["type"] == "prop"),
])
def test_filters(owner, filled, params, wanted):
    items = owner.all(filled["path"], {**params, "limit": 5})
    assert sorted(codes(items)) == sorted(a["code"] for a in filled["assets"] if wanted(a))


def test_full_text_finds_what_was_just_made(owner, world):
    project = world.new_project()
    made = world.new_asset(project, name="Wooden robot arm")
    world.new_asset(project, name="Something else")
    path = f"/projects/{project['id']}/assets"
    for q in ("wooden", "Robot wooden", "arm ro", "wood"):
        assert codes(owner.get(path, params={"q": q}).json()["data"]) == [made["code"]], q
    assert owner.get(path, params={"q": "wooden nothing"}).json()["data"] == []


@pytest.mark.parametrize("q", ["'", '"', "a' or 1=1 --", "*", "(", "NEAR(", "a OR b", "-x", "%", "_", "\\", "type:prop", "🐉", "a" * 1000])
def test_full_text_takes_any_text_as_text(owner, filled, q):
    owner.get(filled["path"], params={"q": q})
    owner.get("/search", params={"q": q})


def test_fields_leaves_only_what_was_asked_for_and_the_id(owner, filled):
    page = owner.get(filled["path"], params={"fields": "code,name", "limit": 2}).json()
    assert [set(item) for item in page["data"]] == [{"id", "code", "name"}] * 2
    assert page["next_cursor"]
    one = owner.get(f"/assets/{page['data'][0]['id']}", params={"fields": "status"}).json()
    assert set(one) == {"id", "status"}


def test_include_embeds_what_is_related(owner, world, filled):
    asset = filled["assets"][0]
    product = world.new_product(asset)
    version = world.new_version(product, filled["project"])
    one = owner.get(f"/assets/{asset['id']}", params={"include": "products,project"}).json()
    assert [p["id"] for p in one["products"]] == [product["id"]]
    assert one["project"]["id"] == filled["project"]["id"]
    listed = owner.get(filled["path"], params={"include": "products"}).json()["data"]
    assert sum(len(item["products"]) for item in listed) == 1
    shown = owner.get(f"/products/{product['id']}", params={"include": "asset,latest_version"}).json()
    assert shown["asset"]["id"] == asset["id"] and shown["latest_version"]["id"] == version["id"]
    versions = owner.get(f"/products/{product['id']}/versions", params={"include": "representations,product,author"}).json()["data"]
    assert versions[0]["representations"] and versions[0]["product"]["id"] == product["id"] and versions[0]["author"]["code"] == "owner"
    assert pointers(owner.get(f"/assets/{asset['id']}", expect=422, params={"include": "everything"})) == {"/include"}


def test_an_embedded_answer_has_an_etag_of_its_own(owner, filled):
    path = f"/assets/{filled['assets'][0]['id']}"
    plain = owner.get(path).headers["ETag"]
    embedded = owner.get(path, params={"include": "products"}).headers["ETag"]
    partly = owner.get(path, params={"fields": "code"}).headers["ETag"]
    assert len({plain, embedded, partly}) == 3


def test_archived_ones_are_left_out_unless_asked_for(owner, world):
    project = world.new_project()
    kept, gone = world.new_asset(project, code="kept"), world.new_asset(project, code="gone")
    owner.delete(f"/assets/{gone['id']}", expect=200)
    path = f"/projects/{project['id']}/assets"
    assert codes(owner.get(path).json()["data"]) == ["kept"]
    assert codes(owner.get(path, params={"archived": "include"}).json()["data"]) == ["gone", "kept"]
    assert codes(owner.get(path, params={"archived": "only"}).json()["data"]) == ["gone"]
    assert pointers(owner.get(path, expect=422, params={"archived": "maybe"})) == {"/archived"}
    assert kept["archived_at"] is None


def test_projects_users_products_and_versions_are_lists_too(owner, world):
    project = world.new_project()
    asset = world.new_asset(project)
    product = world.new_product(asset)
    for _ in range(3):
        world.new_version(product, project)
    for path, key in (("/projects", "code"), ("/users", "code"), (f"/assets/{asset['id']}/products", "code"), (f"/products/{product['id']}/versions", "number"), (f"/projects/{project['id']}/versions", "number")):
        everything = owner.all(path, {"sort": key, "limit": 2})
        values = [item[key] for item in everything]
        assert values == sorted(values) and len({item["id"] for item in everything}) == len(everything), path
        assert owner.get(path, params={"count": "true", "limit": 1}).json()["total"] == len(everything), path


def test_versions_are_filtered_by_state_status_product_and_author(owner, world):
    project = world.new_project()
    asset = world.new_asset(project)
    product, other = world.new_product(asset), world.new_product(asset)
    version = world.new_version(product, project)
    draft = world.new_draft(product, project)
    world.new_version(other, project)
    me = owner.get("/me").json()["user"]["id"]
    path = f"/projects/{project['id']}/versions"

    def found(**params):
        return {item["id"] for item in owner.get(path, params=params).json()["data"]}

    assert found(product=product["id"]) == {version["id"], draft["id"]}
    assert found(product=product["id"], state="published") == {version["id"]}
    assert found(state="draft") == {draft["id"]}
    assert found(product=product["id"], status=version["status"], author=me) == {version["id"], draft["id"]}
    assert found(author=world.new_user(unique("nobody"))[0]["id"]) == set()
    assert pointers(owner.get(path, expect=422, params={"state": "nothing", "product": "x"})) == {"/state", "/product"}
