"""People, a project, and short ways to fill it."""

import hashlib
import itertools
import time

from .caller import Caller

PASSWORD = "a long enough password"
# Whom the permission tests know, besides nobody; the role in the project, if any.
ROLES = {"stranger": None, "viewer": "viewer", "artist": "artist", "supervisor": "supervisor"}
_numbers = itertools.count(1)


def unique(prefix):
    """A code that nobody has yet."""
    return f"{prefix}_{next(_numbers)}"


class World:
    """A site with an owner; makes users, projects, assets and versions over the API."""

    def __init__(self, site, document):
        self.site = site
        self.document = document
        self.owner = Caller(site, document, site.token)
        self.anonymous = Caller(site, document)
        self.sessions = {}

    # People

    def new_user(self, prefix="user", site_role="member"):
        """A user with a password, and their access token."""
        user = self.owner.post("/users", {"code": unique(prefix), "name": prefix.title(), "site_role": site_role}, expect=201).json()
        return user, self.set_password(user["id"])["access_token"]

    def set_password(self, user):
        link = self.owner.post(f"/users/{user}/sign-in-link", expect=201).json()
        return self.anonymous.post("/auth/setup", {"token": link["token"], "password": PASSWORD}, expect=200).json()

    def sign_in(self, login):
        return self.anonymous.post("/auth/login", {"login": login, "password": PASSWORD}, expect=200).json()

    def caller(self, token):
        return Caller(self.site, self.document, token)

    # Projects and assets

    def new_project(self, **fields):
        body = {"code": unique("proj"), "name": "A project", **fields}
        return self.owner.post("/projects", body, expect=201).json()

    def new_asset(self, project, caller=None, **fields):
        body = {"code": unique("asset"), "name": "An asset", "type": "prop", **fields}
        return (caller or self.owner).post(f"/projects/{project['id']}/assets", body, expect=201).json()

    def new_product(self, asset, caller=None, **fields):
        body = {"code": unique("model"), **fields}
        return (caller or self.owner).post(f"/assets/{asset['id']}/products", body, expect=201).json()

    # Bytes and versions

    def upload(self, project, data, caller=None, name="file.bin", sha256=True, complete=True):
        """Bytes through signed addresses; the upload as it is afterwards."""
        caller = caller or self.owner
        body = {"project_id": project["id"], "name": name, "size": len(data)}
        if sha256:
            body["sha256"] = hashlib.sha256(data).hexdigest()
        upload = caller.post("/uploads", body, expect=201).json()
        if upload["state"] != "open":
            return upload
        parts = self.send_parts(upload, data)
        if not complete:
            return {**upload, "sent": parts}
        done = caller.post(f"/uploads/{upload['id']}/complete", {"parts": parts}, expect=(200, 202)).json()
        return self.settled(lambda: caller.get(f"/uploads/{upload['id']}").json(), done, {"verifying"})

    def absolute(self, url):
        """Signed addresses are the site's own, or S3's."""
        return url if url.startswith("http") else self.site.url + url

    def send_parts(self, upload, data):
        parts = []
        for part in upload["parts"]:
            start = (part["number"] - 1) * upload["part_size"]
            piece = data[start : start + part["size"]]
            answer = self.anonymous.put(self.absolute(part["url"]), data=piece, headers=part["headers"], expect=200)
            parts.append({"number": part["number"], "etag": answer.headers["ETag"].strip('"')})
        return parts

    def new_draft(self, product, project, caller=None, files=None, **fields):
        """A draft with files {path: bytes}."""
        entries = []
        for path, data in (files if files is not None else {"file.bin": unique("bytes").encode()}).items():
            upload = self.upload(project, data, caller, name=path)
            entries.append({"path": path, "upload_id": upload["id"]})
        body = {"files": entries, **fields}
        return (caller or self.owner).post(f"/products/{product['id']}/versions", body, expect=201).json()

    def publish(self, draft, caller=None):
        caller = caller or self.owner
        done = caller.post(f"/versions/{draft['id']}/publish", {}, expect=(200, 202)).json()
        return self.settled(lambda: caller.get(f"/versions/{draft['id']}").json(), done, {"verifying"})

    def new_version(self, product, project, caller=None, files=None, **fields):
        version = self.publish(self.new_draft(product, project, caller, files, **fields), caller)
        assert version["state"] == "published", version
        return version

    def settled(self, read, first, running, seconds=60):
        """Reads again until the state is none of `running`."""
        value, end = first, time.monotonic() + seconds
        while value["state"] in running:
            assert time.monotonic() < end, f"still {value['state']} after {seconds} s: {value}"
            time.sleep(0.02)
            value = read()
        return value

    def eventually(self, read, wanted, seconds=60):
        """Reads until `wanted(value)` holds: for what follows the event log at a distance."""
        end = time.monotonic() + seconds
        while True:
            value = read()
            if wanted(value):
                return value
            assert time.monotonic() < end, f"not so after {seconds} s: {value}"
            time.sleep(0.05)

    def heard(self, project, entity_id, action):
        """Waits until readers of the log may see an event: in PostgreSQL not before older transactions have ended."""
        def read():
            return self.owner.get("/events", params={"project": project["code"], "limit": 1000}).json()["data"]
        return self.eventually(read, lambda events: any(e["entity_id"] == entity_id and e["action"] == action for e in events), seconds=30)


class Production:
    """A project with one member of each role, for the permission tests."""

    def __init__(self, world):
        self.world = world
        self.project = world.new_project(code=unique("matrix"), name="Matrix")
        self.users = {}
        self.callers = {"anonymous": world.anonymous, "owner": world.owner}
        for name, role in ROLES.items():
            user, token = world.new_user(name)
            self.users[name] = user
            self.callers[name] = world.caller(token)
            if role is not None:
                world.owner.put(f"/projects/{self.project['id']}/members/{user['id']}", {"role": role}, expect=200)
        self.users["owner"] = world.owner.get("/me").json()["user"]
        world.set_password(self.users["owner"]["id"])
