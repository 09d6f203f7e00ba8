"""For the permission tests: one real request for each operation, on things of its own.

A recipe gets a Bench (who calls, in which production) and gives the request's method, path and options.
"""

import hashlib
import struct
import zlib

from .document import BASE
from .world import PASSWORD, unique

MAKERS = ("artist", "supervisor", "owner")
RECIPES = {}


def recipe(function):
    RECIPES[function.__name__] = function
    return function


class Bench:
    """The things that recipes work on. Shared ones are made once; `new_…` makes something that may be spoilt."""

    def __init__(self, production, caller_name):
        self.production = production
        self.world = production.world
        self.project = production.project
        self.name = caller_name
        self.caller = production.callers[caller_name]
        # Whose drafts and uploads it is about: one's own, when one may have some.
        self.maker = self.caller if caller_name in MAKERS else production.callers["artist"]

    @property
    def shared(self):
        if not hasattr(self.production, "shared"):
            asset = self.world.new_asset(self.project, name="Lantern")
            product = self.world.new_product(asset)
            first = self.world.new_version(product, self.project, files={"a.bin": b"first"})
            second = self.world.new_version(product, self.project, files={"a.bin": b"second"})
            file = self.world.owner.get(f"/versions/{first['id']}/files").json()["data"][0]
            self.production.shared = {"asset": asset, "product": product, "version": first, "other": second, "file": file}
        return self.production.shared

    @property
    def media(self):
        """The address of a picture's preview, without what is wanted of it."""
        if not hasattr(self.production, "media"):
            files = {"picture.png": png(32, 16)}
            version = self.world.new_version(self.new_product(), self.project, files=files)
            read = lambda: self.world.owner.get(f"/versions/{version['id']}").json()
            version = self.world.eventually(read, lambda v: v["preview_state"] != "pending")
            assert version["preview_state"] == "ready", version
            self.production.media = version["thumbnail_url"].removeprefix(BASE).rsplit("/", 1)[0]
        return self.production.media

    def path(self, kind, rest=""):
        return f"/{kind}s/{self.shared[kind]['id']}{rest}"

    def in_project(self, rest=""):
        return f"/projects/{self.project['id']}{rest}"

    def new_asset(self, **fields):
        return self.world.new_asset(self.project, **fields)

    def new_product(self):
        return self.world.new_product(self.new_asset())

    def new_version(self):
        return self.world.new_version(self.new_product(), self.project)

    def new_draft(self):
        return self.world.new_draft(self.new_product(), self.project, self.maker)

    def new_project(self):
        """A project with the same members."""
        project = self.world.new_project()
        for name in ("viewer", "artist", "supervisor"):
            user = self.production.users[name]
            self.world.owner.put(f"/projects/{project['id']}/members/{user['id']}", {"role": name}, expect=200)
        return project

    def new_upload(self, sent=False):
        data = unique("bytes").encode()
        if sent:
            return self.world.upload(self.project, data, self.maker, complete=False)
        body = {"project_id": self.project["id"], "name": "a.bin", "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        return self.maker.post("/uploads", body, expect=201).json()

    def archived(self, path):
        self.world.owner.delete(path, expect=200)
        return path


def png(width, height):
    """A grey picture (RFC 2083)."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    rows = b"".join(b"\0" + bytes([128] * width) for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def get(path, **options):
    return "GET", path, options


def post(path, json=None):
    return "POST", path, {"json": json}


# Outside, session, people ------------------------------------------------------------------------------------------


def _outside(name, path):
    RECIPES[name] = lambda bench: get(bench.world.site.url + path)


for _name, _path in {
    "health": "/health",
    "livez": "/livez",
    "readyz": "/readyz",
    "metrics": "/metrics",
    "version": "/version",
    "client_config": "/config.json",
    "openapi": BASE + "/openapi.json",
}.items():
    _outside(_name, _path)


def _of_session(bench, action):
    if bench.name == "anonymous":
        return post(f"/auth/{action}")
    signed_in = bench.world.sign_in(bench.production.users[bench.name]["code"])
    # A session of its own, so that the caller's stays.
    return "POST", f"/auth/{action}", {"headers": {"Authorization": f"Bearer {signed_in['access_token']}"}}


@recipe
def login(bench):
    return post("/auth/login", {"login": bench.production.users["artist"]["code"], "password": PASSWORD})


@recipe
def set_up(bench):
    user = bench.world.owner.post("/users", {"code": unique("user"), "name": "New"}, expect=201).json()
    link = bench.world.owner.post(f"/users/{user['id']}/sign-in-link", expect=201).json()
    return post("/auth/setup", {"token": link["token"], "password": PASSWORD})


@recipe
def change_password(bench):
    body = {"current_password": PASSWORD, "password": "another long enough one"}
    if bench.name == "anonymous":
        return post("/auth/password", body)
    # It ends the user's sessions: somebody new's, so that the caller's stay.
    user = bench.world.owner.post("/users", {"code": unique("user"), "name": "New"}, expect=201).json()
    link = bench.world.owner.post(f"/users/{user['id']}/sign-in-link", expect=201).json()
    signed_in = bench.world.anonymous.post("/auth/setup", {"token": link["token"], "password": PASSWORD}, expect=200).json()
    return "POST", "/auth/password", {"json": body, "headers": {"Authorization": f"Bearer {signed_in['access_token']}"}}


@recipe
def refresh(bench):
    return _of_session(bench, "refresh")


@recipe
def logout(bench):
    return _of_session(bench, "logout")


@recipe
def get_me(bench):
    return get("/me")


@recipe
def list_api_tokens(bench):
    return get("/api-tokens")


@recipe
def create_api_token(bench):
    return post("/api-tokens", {"name": unique("token")})


@recipe
def delete_api_token(bench):
    owner_of_it = bench.world.owner if bench.name == "anonymous" else bench.caller
    made = owner_of_it.post("/api-tokens", {"name": unique("token")}, expect=201).json()
    return "DELETE", f"/api-tokens/{made['id']}", {}


def _new_user(bench):
    return bench.world.owner.post("/users", {"code": unique("user"), "name": "Somebody"}, expect=201).json()


@recipe
def list_users(bench):
    return get("/users")


@recipe
def create_user(bench):
    return post("/users", {"code": unique("user"), "name": "Somebody"})


@recipe
def get_user(bench):
    return get(f"/users/{bench.production.users['artist']['id']}")


@recipe
def update_user(bench):
    return "PATCH", f"/users/{_new_user(bench)['id']}", {"json": {"name": "Else"}}


@recipe
def deactivate_user(bench):
    return "DELETE", f"/users/{_new_user(bench)['id']}", {}


@recipe
def restore_user(bench):
    return post(bench.archived(f"/users/{_new_user(bench)['id']}") + "/restore")


@recipe
def create_sign_in_link(bench):
    return post(f"/users/{_new_user(bench)['id']}/sign-in-link")


@recipe
def list_roles(bench):
    return get("/roles")


# Projects ----------------------------------------------------------------------------------------------------------


@recipe
def list_projects(bench):
    return get("/projects")


@recipe
def create_project(bench):
    return post("/projects", {"code": unique("proj"), "name": "New"})


@recipe
def update_project(bench):
    return "PATCH", bench.in_project(), {"json": {"name": unique("Matrix")}}


@recipe
def archive_project(bench):
    return "DELETE", f"/projects/{bench.new_project()['id']}", {}


@recipe
def restore_project(bench):
    return post(bench.archived(f"/projects/{bench.new_project()['id']}") + "/restore")


@recipe
def purge_project(bench):
    return post(bench.archived(f"/projects/{bench.new_project()['id']}") + "/purge")


@recipe
def put_member(bench):
    return "PUT", bench.in_project(f"/members/{_new_user(bench)['id']}"), {"json": {"role": "viewer"}}


@recipe
def remove_member(bench):
    path = bench.in_project(f"/members/{_new_user(bench)['id']}")
    bench.world.owner.put(path, {"role": "viewer"}, expect=200)
    return "DELETE", path, {}


@recipe
def create_asset_type(bench):
    return post(bench.in_project("/asset-types"), {"code": unique("type"), "name": "A type"})


@recipe
def bulk(bench):
    body = {"kind": "asset", "ids": [bench.new_asset()["id"]], "set": {"description": "From many."}}
    return post(bench.in_project("/bulk"), body)


@recipe
def search_project(bench):
    return get(bench.in_project("/search"), params={"q": "lantern"})


@recipe
def create_asset(bench):
    return post(bench.in_project("/assets"), {"code": unique("asset"), "name": "New", "type": "prop"})


for _name, _rest in {
    "get_project": "",
    "get_project_stats": "/stats",
    "list_members": "/members",
    "list_asset_types": "/asset-types",
    "get_project_history": "/history",
    "list_project_versions": "/versions",
    "list_assets": "/assets",
}.items():
    RECIPES[_name] = lambda bench, rest=_rest: get(bench.in_project(rest))


# Assets, products, versions ------------------------------------------------------------------------------------------

for _name, (_kind, _rest) in {
    "get_asset": ("asset", ""),
    "get_components": ("asset", "/components"),
    "resolve_asset": ("asset", "/resolve"),
    "get_asset_impact": ("asset", "/impact"),
    "get_asset_history": ("asset", "/history"),
    "list_asset_transitions": ("asset", "/transitions"),
    "list_products": ("asset", "/products"),
    "get_product": ("product", ""),
    "list_versions": ("product", "/versions"),
    "get_version": ("version", ""),
    "list_files": ("version", "/files"),
    "list_dependencies": ("version", "/dependencies"),
    "get_version_impact": ("version", "/impact"),
    "get_version_history": ("version", "/history"),
    "list_version_transitions": ("version", "/transitions"),
    "get_file": ("file", ""),
    "download_file": ("file", "/download"),
    "list_previews": ("version", "/previews"),
}.items():
    RECIPES[_name] = lambda bench, kind=_kind, rest=_rest: get(bench.path(kind, rest))


@recipe
def remake_previews(bench):
    return post(f"/versions/{bench.new_version()['id']}/previews", {})


RECIPES["get_media"] = lambda bench: get(bench.media + "/thumbnail?width=16")
RECIPES["get_media_manifest"] = lambda bench: get(bench.media + "/manifest")


def _whole_life(kind, make, patch):
    RECIPES[f"update_{kind}"] = lambda bench: ("PATCH", f"/{kind}s/{make(bench)['id']}", {"json": patch})
    RECIPES[f"archive_{kind}"] = lambda bench: ("DELETE", f"/{kind}s/{make(bench)['id']}", {})
    for action in ("restore", "purge"):
        RECIPES[f"{action}_{kind}"] = lambda bench, action=action: post(
            bench.archived(f"/{kind}s/{make(bench)['id']}") + f"/{action}"
        )


_whole_life("asset", Bench.new_asset, {"name": "Another"})
_whole_life("product", Bench.new_product, {"kind": "another"})
_whole_life("version", Bench.new_version, {"comment": "Another"})


@recipe
def put_components(bench):
    assembly = bench.new_asset(is_assembly=True)
    path = f"/assets/{assembly['id']}/components"
    etag = bench.world.owner.get(path).headers["ETag"]
    body = {"data": [{"asset_id": bench.shared["asset"]["id"]}]}
    return "PUT", path, {"json": body, "headers": {"If-Match": etag}}


@recipe
def transition_asset(bench):
    return post(f"/assets/{bench.new_asset()['id']}/transitions", {"to": "in_progress"})


@recipe
def create_product(bench):
    return post(f"/assets/{bench.new_asset()['id']}/products", {"code": "model"})


@recipe
def ensure_product(bench):
    return "PUT", f"/assets/{bench.new_asset()['id']}/products/model", {"json": {}}


@recipe
def create_version(bench):
    return post(f"/products/{bench.new_product()['id']}/versions", {"comment": "New"})


@recipe
def add_files(bench):
    draft = bench.new_draft()
    upload = bench.world.upload(bench.project, unique("bytes").encode(), bench.maker)
    return post(f"/versions/{draft['id']}/files", {"files": [{"path": "more.bin", "upload_id": upload["id"]}]})


@recipe
def publish_version(bench):
    return post(f"/versions/{bench.new_draft()['id']}/publish", {})


@recipe
def compare_versions(bench):
    return get(bench.path("version", f"/compare/{bench.shared['other']['id']}"))


@recipe
def transition_version(bench):
    return post(f"/versions/{bench.new_version()['id']}/transitions", {"to": "review"})


# Uploads -----------------------------------------------------------------------------------------------------------


@recipe
def create_upload(bench):
    return post("/uploads", {"project_id": bench.project["id"], "name": "a.bin", "size": 5})


@recipe
def create_uploads(bench):
    return post("/uploads/batch", {"project_id": bench.project["id"], "items": [{"name": "a.bin", "size": 5}]})


@recipe
def complete_uploads(bench):
    upload = bench.new_upload(sent=True)
    return post("/uploads/batch/complete", {"items": [{"id": upload["id"], "parts": upload["sent"]}]})


@recipe
def complete_upload(bench):
    upload = bench.new_upload(sent=True)
    return post(f"/uploads/{upload['id']}/complete", {"parts": upload["sent"]})


@recipe
def get_upload(bench):
    return get(f"/uploads/{bench.new_upload()['id']}")


@recipe
def delete_upload(bench):
    return "DELETE", f"/uploads/{bench.new_upload()['id']}", {}


@recipe
def sign_parts(bench):
    return post(f"/uploads/{bench.new_upload()['id']}/parts", {"numbers": [1]})


@recipe
def put_part(bench):
    data = unique("bytes").encode()
    body = {"project_id": bench.project["id"], "name": "a.bin", "size": len(data)}
    part = bench.maker.post("/uploads", body, expect=201).json()["parts"][0]
    return "PUT", bench.world.site.url + part["url"], {"data": data, "headers": part["headers"]}


@recipe
def get_object(bench):
    answer = bench.world.owner.get(bench.path("file", "/download"), expect=302)
    location = answer.headers["Location"]
    return get(location if "://" in location else bench.world.site.url + location)


# Everything else ---------------------------------------------------------------------------------------------------


@recipe
def list_workflows(bench):
    return get("/workflows")


@recipe
def get_workflow(bench):
    workflow = bench.world.owner.get("/workflows", params={"kind": "asset"}).json()["data"][0]
    return get(f"/workflows/{workflow['id']}")


@recipe
def resolve_address(bench):
    return get("/resolve", params={"address": f"{bench.project['code']}:{bench.shared['asset']['code']}"})


@recipe
def search(bench):
    return get("/search", params={"q": "lantern"})


@recipe
def list_events(bench):
    return get("/events", params={"limit": 5})


@recipe
def stream_events(bench):
    return get("/events/stream", params={"seconds": 0})


@recipe
def batch(bench):
    body = {"code": unique("asset"), "name": "New", "type": "prop"}
    return post("/batch", {"operations": [{"op": "create", "path": bench.in_project("/assets"), "body": body}]})


def _job(bench):
    # The site's: of a production's own, its members are told.
    return bench.world.eventually(lambda: [job for job in bench.world.owner.get("/jobs", params={"limit": 1000}).json()["data"] if job["project_id"] is None], bool)[0]


@recipe
def list_jobs(bench):
    return get("/jobs")


@recipe
def get_job(bench):
    return get(f"/jobs/{_job(bench)['id']}")


@recipe
def retry_job(bench):
    return post(f"/jobs/{_job(bench)['id']}/retry")


@recipe
def cancel_job(bench):
    return post(f"/jobs/{_job(bench)['id']}/cancel")


@recipe
def list_queues(bench):
    return get("/queues")
