"""Schemathesis: every operation with made-up requests, right and wrong ones, within the bounds below; it has to be clean.

What is left out, and why:
- operations with `x-bifrost-signed`: their addresses are signed, so that made-up ones can only be refused; test_publish.py has them.
- operations with `x-bifrost-endless`: their answers end when nobody wants more; test_event_stream.py has them.
- the parameter `fields`: an answer to it lacks what the schema requires, as the parameter says; test_lists.py has it.
- the check positive_data_acceptance: most bodies name things by id or code (a type, an upload, a version), which no schema can know.
- the check ignored_auth on operations that end the session or token of the caller; test_permissions.py crosses every operation with nobody.
"""

import copy

import pytest
import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import ignored_auth

from kit.document import SOURCE, openapi_json
from kit.world import unique

# Deterministic: the same requests on every run.
CONFIG = {
    "seed": 1,
    "generation": {"deterministic": True, "max-examples": 12, "no-shrink": True, "database": "none"},
    "phases": {"stateful": {"enabled": False}},
    "checks": {
        "positive_data_acceptance": {"enabled": False},
        # A stale or broken If-Match is 412, and a number far out of bounds may be too large a body: both are refusals.
        "negative_data_rejection": {"expected-statuses": [400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422, 428, 429, 431, 503]},
        "missing_required_header": {"expected-statuses": [400, 401, 403, 415, 422, 428]},
    },
}


def document_for_schemathesis():
    document = copy.deepcopy(openapi_json.load(SOURCE))
    for path in list(document["paths"]):
        if any(isinstance(o, dict) and (o.get("x-bifrost-signed") or o.get("x-bifrost-endless")) for o in document["paths"][path].values()):
            del document["paths"][path]
    for _, _, _, operation in openapi_json.operations(document):
        operation["parameters"] = [p for p in operation.get("parameters", []) if p != {"$ref": "#/components/parameters/Fields"}]
    return document


schema = schemathesis.openapi.from_dict(document_for_schemathesis(), config=schemathesis.Config.from_dict(CONFIG))


@pytest.fixture(scope="module")
def ground(world):
    """Real ids for the placeholders of paths, so that requests reach something; what destroys gets things of its own."""
    project = world.new_project(code=unique("ground"))
    asset = world.new_asset(project, type="environment")
    product = world.new_product(asset, code="model")
    version, other = world.new_version(product, project), world.new_version(product, project)
    user, _ = world.new_user("ground")
    upload = world.owner.post("/uploads", {"project_id": project["id"], "name": "a", "size": 5}, expect=201).json()
    file = world.owner.get(f"/versions/{version['id']}/files").json()["data"][0]
    workflow = world.owner.get("/workflows").json()["data"][0]
    hook = world.owner.post("/webhooks", {"project_id": project["id"], "name": "A hook", "url": "https://hooks.invalid/"}, expect=201).json()
    delivery = world.owner.post(f"/webhooks/{hook['id']}/ping", expect=202).json()
    doomed = world.new_project(code=unique("doomed"))
    doomed_asset = world.new_asset(doomed)
    doomed_product = world.new_product(doomed_asset)
    return {
        "projects": project["id"], "assets": asset["id"], "products": product["id"], "versions": version["id"], "users": user["id"],
        "uploads": upload["id"], "files": file["id"], "workflows": workflow["id"],
        "webhooks": hook["id"], "delivery": delivery["id"],
        "other": other["id"], "user": user["id"], "code": "model",
        "doomed": {"projects": doomed["id"], "assets": doomed_asset["id"], "products": doomed_product["id"]},
    }


def put_on_ground(case, ground):
    """Placeholders that were made up rightly become real ones; wrong ones stay wrong."""
    if not case.path_parameters or case.meta is None or case.meta.is_negative_at(ParameterLocation.PATH):
        return
    parts = case.operation.path.removeprefix("/api/v1/").split("/")
    destroys = case.method == "DELETE" or parts[-1] == "purge"
    for name in case.path_parameters:
        real = ground.get(name)
        if name in ("id", "project"):
            real = (ground["doomed"] if destroys else ground).get(parts[0])
        if real is not None:
            case.path_parameters[name] = real


@schema.parametrize()
def test_the_program_does_what_the_document_says(case, world, ground):
    put_on_ground(case, ground)
    excluded = [ignored_auth] if case.operation.definition.raw.get("operationId") in ("logout", "refresh", "delete_api_token") else []
    case.call_and_validate(
        base_url=world.site.url,
        session=world.owner.session,
        headers={"Authorization": f"Bearer {world.site.token}"},
        excluded_checks=excluded,
        allow_redirects=False,
        timeout=30,
    )
