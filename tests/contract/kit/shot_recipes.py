"""Requests on episodes, sequences, shots and what belongs to them (see recipes.py)."""

from .recipes import RECIPES, get, post, recipe
from .world import unique

KINDS = ("episode", "sequence", "shot")


def make(bench, kind, **fields):
    body = {"code": unique(kind), **fields}
    if kind == "shot":
        body = {"sequence_id": shared(bench, "sequence")["id"], "cut_in": 1001, "cut_out": 1048, **body}
    return bench.world.owner.post(bench.in_project(f"/{kind}s"), body, expect=201).json()


def shared(bench, kind):
    """Made once for a production."""
    things = bench.production.__dict__.setdefault("shots", {})
    if kind not in things:
        things[kind] = make(bench, kind)
    return things[kind]


def at(bench, kind, rest=""):
    return f"/{kind}s/{shared(bench, kind)['id']}{rest}"


def new(bench, kind, rest=""):
    return f"/{kind}s/{make(bench, kind)['id']}{rest}"


def _whole_life(kind):
    RECIPES[f"list_{kind}s"] = lambda bench: get(bench.in_project(f"/{kind}s"))
    RECIPES[f"get_{kind}"] = lambda bench: get(at(bench, kind))
    RECIPES[f"get_{kind}_history"] = lambda bench: get(at(bench, kind, "/history"))
    RECIPES[f"update_{kind}"] = lambda bench: ("PATCH", new(bench, kind), {"json": {"name": "Another"}})
    RECIPES[f"archive_{kind}"] = lambda bench: ("DELETE", new(bench, kind), {})
    for action in ("restore", "purge"):
        RECIPES[f"{action}_{kind}"] = lambda bench, action=action: post(bench.archived(new(bench, kind)) + f"/{action}")
    RECIPES[f"list_{kind}_products"] = lambda bench: get(at(bench, kind, "/products"))
    RECIPES[f"create_{kind}_product"] = lambda bench: post(at(bench, kind, "/products"), {"code": unique("anim")})
    RECIPES[f"ensure_{kind}_product"] = lambda bench: ("PUT", at(bench, kind, "/products/anim"), {"json": {}})


for _kind in KINDS:
    _whole_life(_kind)


@recipe
def create_episode(bench):
    return post(bench.in_project("/episodes"), {"code": unique("ep")})


@recipe
def create_sequence(bench):
    return post(bench.in_project("/sequences"), {"code": unique("sq")})


@recipe
def create_shot(bench):
    return post(bench.in_project("/shots"), {"code": unique("sh"), "sequence_id": shared(bench, "sequence")["id"]})


@recipe
def create_shots(bench):
    return post(bench.in_project("/shots/bulk"), {"codes": f"{unique('sq')}_sh0010-0100 by 10"})


@recipe
def renumber_shots(bench):
    return post(at(bench, "sequence", "/renumber"), {"dry_run": True})


@recipe
def list_shot_transitions(bench):
    return get(at(bench, "shot", "/transitions"))


@recipe
def transition_shot(bench):
    return post(new(bench, "shot", "/transitions"), {"to": "in_progress"})


# Casting ---------------------------------------------------------------------------------------------------------------

for _kind in KINDS:
    RECIPES[f"get_{_kind}_casting"] = lambda bench, kind=_kind: get(at(bench, kind, "/casting"))
    RECIPES[f"put_{_kind}_casting"] = lambda bench, kind=_kind: (
        "PUT",
        new(bench, kind, "/casting"),
        {"json": {"data": [{"asset_id": bench.shared["asset"]["id"]}]}, "headers": {"If-Match": '"1"'}},
    )
    RECIPES[f"patch_{_kind}_casting"] = lambda bench, kind=_kind: (
        "PATCH",
        new(bench, kind, "/casting"),
        {"json": {"add": [{"asset_id": bench.shared["asset"]["id"]}]}},
    )
RECIPES["get_breakdown"] = lambda bench: get(bench.in_project("/breakdown"))
RECIPES["list_asset_castings"] = lambda bench: get(bench.path("asset", "/casting"))
RECIPES["resolve_shot"] = lambda bench: get(at(bench, "shot", "/resolve"))
RECIPES["get_shot_lock"] = lambda bench: get(at(bench, "shot", "/lock"))
RECIPES["update_shot_lock"] = lambda bench: post(new(bench, "shot", "/lock"), {"dry_run": True})


# Edits -----------------------------------------------------------------------------------------------------------------


def edl(sequence):
    return (
        "TITLE: Reel\nFCM: NON-DROP FRAME\n"
        "001  A001     V     C        01:00:00:00 01:00:02:00 01:00:00:00 01:00:02:00\n"
        f"* FROM CLIP NAME: {sequence}_sh0010\n"
    ).encode()


def shared_cut(bench):
    things = bench.production.__dict__.setdefault("shots", {})
    if "cut" not in things:
        path = bench.in_project("/import/edit")
        things["cut"] = bench.world.owner.call("POST", path, 200, data=edl(unique("cutsq"))).json()["cut"]
    return things["cut"]


@recipe
def import_edit(bench):
    return "POST", bench.in_project("/import/edit"), {"data": edl(unique("sq")), "params": {"dry_run": "true"}}


@recipe
def import_csv(bench):
    table = f"sequence,code,cut_in,cut_out\n{unique('sq')},sh0010,1001,1048\n".encode()
    return "POST", bench.in_project("/import/csv"), {"data": table, "params": {"kind": "shot"}}


@recipe
def apply_cut(bench):
    return post(f"/cuts/{shared_cut(bench)['id']}/apply", {"dry_run": True})


RECIPES["list_cuts"] = lambda bench: get(bench.in_project("/cuts"))
RECIPES["get_cut"] = lambda bench: get(f"/cuts/{shared_cut(bench)['id']}")
RECIPES["list_cut_items"] = lambda bench: get(f"/cuts/{shared_cut(bench)['id']}/items")
for _format in ("otio", "edl"):
    RECIPES[f"export_{_format}"] = lambda bench, format=_format: get(
        bench.in_project(f"/export/{format}"), params={"cut_id": shared_cut(bench)["id"]}
    )
RECIPES["export_csv"] = lambda bench: get(bench.in_project("/export/csv"), params={"kind": "shot"})
RECIPES["get_shot_usd"] = lambda bench: get(at(bench, "shot", "/usd"))
RECIPES["get_asset_usd"] = lambda bench: get(bench.path("asset", "/usd"))


# Work files ------------------------------------------------------------------------------------------------------------

for _kind in KINDS:
    RECIPES[f"list_{_kind}_work_files"] = lambda bench, kind=_kind: get(at(bench, kind, "/work-files"))
    RECIPES[f"reserve_{_kind}_work_file"] = lambda bench, kind=_kind: post(at(bench, kind, "/work-files"), {"series": "anim"})
RECIPES["list_asset_work_files"] = lambda bench: get(bench.path("asset", "/work-files"))
RECIPES["reserve_asset_work_file"] = lambda bench: post(bench.path("asset", "/work-files"), {"series": "anim"})


# Fields ----------------------------------------------------------------------------------------------------------------


def new_field(bench, **fields):
    body = {"entity_kind": "shot", "key": unique("field"), "type": "text", **fields}
    return bench.world.owner.post(bench.in_project("/fields"), body, expect=201).json()


RECIPES["list_fields"] = lambda bench: get(bench.in_project("/fields"))
RECIPES["create_field"] = lambda bench: post(bench.in_project("/fields"), {"entity_kind": "shot", "key": unique("field"), "type": "text"})
RECIPES["create_site_field"] = lambda bench: post("/fields", {"entity_kind": "episode", "key": unique("site_field"), "type": "text"})
RECIPES["get_field"] = lambda bench: get(f"/fields/{new_field(bench)['id']}")
RECIPES["update_field"] = lambda bench: ("PATCH", f"/fields/{new_field(bench)['id']}", {"json": {"name": "Another"}})
RECIPES["archive_field"] = lambda bench: ("DELETE", f"/fields/{new_field(bench)['id']}", {})
RECIPES["restore_field"] = lambda bench: post(bench.archived(f"/fields/{new_field(bench)['id']}") + "/restore")
for _kind in KINDS:
    RECIPES[f"get_{_kind}_fields"] = lambda bench, kind=_kind: get(at(bench, kind, "/fields"))
RECIPES["get_asset_fields"] = lambda bench: get(bench.path("asset", "/fields"))
