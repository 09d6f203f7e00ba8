"""Requests on folder templates, paths, scans and their fixes (see recipes.py)."""

import pathlib

from .recipes import RECIPES, get, post, recipe
from .world import unique


def _template_body(code):
    return {"data_type": "work", "entity_kind": "asset", "pattern": "{project}/" + code + "/{asset}"}


def _new_template(bench):
    project = bench.new_project()
    return bench.world.owner.post(f"/projects/{project['id']}/folder-templates", _template_body("a"), expect=201).json()


def _one_template(bench):
    """A stored template of the members' project; it has room for one of each data type and kind."""
    at, owner = bench.in_project("/folder-templates"), bench.world.owner
    stored = [one for one in owner.get(at).json()["data"] if one["id"] is not None]
    return stored[0] if stored else owner.post(at, _template_body("a"), expect=201).json()


def _new_mapping(bench):
    body = {"code": unique("studio"), "roots": {"main": {"linux": "/srv/jobs"}}}
    return bench.world.owner.post(bench.in_project("/studio-mappings"), body, expect=201).json()


@recipe
def create_folder_template(bench):
    return post(f"/projects/{bench.new_project()['id']}/folder-templates", _template_body("b"))


@recipe
def preview_folder_template(bench):
    return post(bench.in_project("/folder-templates/preview"), _template_body("c"))


@recipe
def create_studio_mapping(bench):
    return post(bench.in_project("/studio-mappings"), {"code": unique("studio")})


@recipe
def resolve_folders(bench):
    return post(bench.in_project("/folders/resolve"), {"items": [{"entity_id": bench.shared["asset"]["id"], "data_type": "work"}]})


@recipe
def parse_folders(bench):
    return post(bench.in_project("/folders/parse"), {"paths": ["/mnt/projects/x"]})


@recipe
def translate_folders(bench):
    return post(bench.in_project("/folders/translate"), {"paths": ["/mnt/projects/x"], "to": {"platform": "macos"}})


for _name, _make, _patch in (
    ("folder_template", _new_template, {"pattern": "{project}/d/{asset}"}),
    ("studio_mapping", _new_mapping, {"name": "Another"}),
):
    _plural = f"/{_name.replace('_', '-')}s/"
    RECIPES[f"get_{_name}"] = lambda bench, make=_make, at=_plural: get(at + make(bench)["id"])
    RECIPES[f"update_{_name}"] = lambda bench, make=_make, at=_plural, patch=_patch: (
        "PATCH",
        at + make(bench)["id"],
        {"json": patch},
    )
    RECIPES[f"archive_{_name}"] = lambda bench, make=_make, at=_plural: ("DELETE", at + make(bench)["id"], {})
    RECIPES[f"restore_{_name}"] = lambda bench, make=_make, at=_plural: post(bench.archived(at + make(bench)["id"]) + "/restore")

RECIPES["get_folder_template"] = lambda bench: get(f"/folder-templates/{_one_template(bench)['id']}")

for _name, _rest in {
    "list_folder_templates": "/folder-templates",
    "list_studio_mappings": "/studio-mappings",
    "get_folder_tree": "/folders/tree",
    "list_folder_aside": "/folders/aside",
}.items():
    RECIPES[_name] = lambda bench, rest=_rest: get(bench.in_project(rest))


def _new_scan(bench):
    """A scan that has ended."""
    owner, at = bench.world.owner, bench.in_project("/folders/scan")
    path = f"{at}/{owner.post(at, {}, expect=202).json()['id']}"
    read = lambda: owner.get(path, expect=200).json()
    scan = bench.world.settled(read, read(), ("queued", "running", "failed"))
    assert scan["state"] == "done", scan
    return path


@recipe
def create_folders(bench):
    return post(bench.in_project("/folders/create"), {"items": [{"entity_id": bench.shared["asset"]["id"]}]})


@recipe
def scan_folders(bench):
    return post(bench.in_project("/folders/scan"), {})


@recipe
def list_folder_scans(bench):
    return get(bench.in_project("/folders/scan"))


@recipe
def get_folder_scan(bench):
    return get(_new_scan(bench))


@recipe
def list_folder_fixes(bench):
    return get(_new_scan(bench) + "/fixes")


@recipe
def reconcile_folders(bench):
    return post(_new_scan(bench) + "/reconcile", {"dry_run": True})


@recipe
def undo_folder_fix(bench):
    """A file that nobody knows is put aside first."""
    owner, at = bench.world.owner, bench.in_project("/folders")
    wanted = {"items": [{"entity_id": bench.shared["asset"]["id"], "data_types": ["work"]}]}
    folder = pathlib.Path(owner.post(f"{at}/create", wanted, expect=200).json()["data"][0]["path"])
    top = next(one for one in folder.parents if one.name == bench.project["code"])
    stray = top / f"{unique('stray')}.txt"
    stray.write_text("stray")
    path = _new_scan(bench)
    found = owner.get(f"{path}?state=unknown&limit=1000", expect=200).json()["data"]
    numbers = [one["number"] for one in found if one["path"].endswith(stray.name)]
    body = {"findings": numbers, "actions": {"unknown": "quarantine"}}
    job = owner.post(f"{path}/reconcile", body, expect=202).json()["job_id"]
    read = lambda: owner.get(f"/jobs/{job}").json()
    bench.world.settled(read, read(), ("queued", "running", "failed"))
    fix = owner.get(f"{path}/fixes").json()["data"][0]
    assert fix["state"] == "applied", fix
    return post(f"{at}/fixes/{fix['id']}/undo")
