"""Edits and scenes agree with what others made: OpenTimelineIO, its CMX 3600 adapter, and USD."""

import hashlib
import json

import opentimelineio as otio
import pytest


RATES = {"24": 24.0, "25": 25.0, "24000/1001": 24000 / 1001, "30000/1001": 30000 / 1001}
EDL = """TITLE: Reel
FCM: NON-DROP FRAME

001  A001     V     C        01:00:00:05 01:00:02:05 01:00:00:00 01:00:02:00
* FROM CLIP NAME: {sq}_sh0010
002  A002     V     C        02:00:00:00 02:00:01:00 01:00:02:00 01:00:03:00
* FROM CLIP NAME: {sq}_sh0020
003  A002     V     C        02:00:01:00 02:00:01:00 01:00:03:00 01:00:03:00
003  A003     V     D    012 03:00:00:00 03:00:02:00 01:00:03:00 01:00:05:00
* FROM CLIP NAME: {sq}_sh0020
* TO CLIP NAME: {sq}_sh0030
004  A004     V     C        04:00:00:00 04:00:01:12 01:00:06:00 01:00:07:12
* FROM CLIP NAME: {sq}_sh0040
005  A001     V     C        01:00:10:00 01:00:11:00 01:00:07:12 01:00:08:12
* FROM CLIP NAME: {sq}_sh0010
"""


def send(caller, project, data, expect=200, **params):
    data = data if isinstance(data, bytes) else data.encode()
    return caller.call("POST", f"/projects/{project['id']}/import/edit", expect, data=data, params=params)


def clips_of(timeline):
    """(name, first source frame, frames, first record frame) of every clip of the first video track."""
    track = timeline.video_tracks()[0]
    start = timeline.global_start_time.value if timeline.global_start_time else 0
    found = []
    for clip in track.find_clips():
        source = clip.trimmed_range()
        record = clip.trimmed_range_in_parent()
        found.append((clip.name, round(source.start_time.value), round(source.duration.value), round(start + record.start_time.value)))
    return found


def items_of(caller, cut):
    items = caller.get(f"/cuts/{cut['id']}/items").json()["data"]
    return [(i["clip_name"], i["source_in"], i["source_out"] - i["source_in"], i["record_in"]) for i in items]


@pytest.mark.parametrize("rate", sorted(RATES))
def test_an_otio_timeline_means_what_its_author_meant(world, project, rate):
    sq = "sq010"
    timeline = otio.schema.Timeline("Reel")
    timeline.global_start_time = otio.opentime.RationalTime(86400, RATES[rate])
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    timeline.tracks.append(track)
    for index in range(20):
        start = otio.opentime.RationalTime(1000 + 7 * index, RATES[rate])
        length = otio.opentime.RationalTime(10 + index, RATES[rate])
        media = otio.schema.ExternalReference(target_url=f"file:///plates/{sq}_sh{index:04}.mov")
        track.append(otio.schema.Clip(f"{sq}_sh{index:04}", media, otio.opentime.TimeRange(start, length)))
        if index % 5 == 4:
            track.append(otio.schema.Gap(duration=otio.opentime.RationalTime(index, RATES[rate])))
    text = timeline.to_json_string()
    answer = send(world.owner, project, text, format="otio").json()
    assert len(answer["plan"]["new"]) == 20
    assert answer["cut"]["rate"] == rate
    assert items_of(world.owner, answer["cut"]) == clips_of(timeline)
    again = send(world.owner, project, text, dry_run="true").json()
    assert again["plan"]["unchanged"] == 20 and not any(again["plan"][k] for k in ("new", "omitted", "trimmed", "moved", "renamed", "retimed"))
    back = world.owner.get(f"/projects/{project['id']}/export/otio", params={"cut_id": answer["cut"]["id"]}).text
    assert clips_of(otio.adapters.read_from_string(back, "otio_json")) == clips_of(timeline)


def test_drop_frame_timecode_counts_as_theirs(world, project):
    rate = RATES["30000/1001"]
    code = lambda frame: otio.opentime.to_timecode(otio.opentime.RationalTime(frame, rate), rate, drop_frame=True)
    lines, sq = ["TITLE: Drop", "FCM: DROP FRAME"], "sq010"
    for index, start in enumerate(range(0, 40_000, 1999)):
        a, b = code(start), code(start + 1999)
        lines += [f"{index + 1:03}  A{index:03}     V     C        {a} {b} {a} {b}", f"* FROM CLIP NAME: {sq}_sh{index:04}"]
    answer = send(world.owner, project, "\n".join(lines) + "\n", rate="30000/1001").json()
    assert [(s, r) for _, s, _, r in items_of(world.owner, answer["cut"])] == [(start, start) for start in range(0, 40_000, 1999)]
    out = world.owner.get(f"/projects/{project['id']}/export/edl", params={"cut_id": answer["cut"]["id"]}).text
    assert code(1999) in out and "FCM: DROP FRAME" in out


def test_broken_files_name_their_lines_and_change_nothing(world, project):
    refused = send(world.owner, project, EDL.format(sq="sq010") + "006 A V C 1 2 3\nnonsense\n", expect=422, rate="24").json()
    assert {e["pointer"] for e in refused["errors"]} == {"/line/16", "/line/17"}
    send(world.owner, project, "{", expect=400, format="otio")
    send(world.owner, project, json.dumps({"OTIO_SCHEMA": "Unknown.7"}), expect=422)
    send(world.owner, project, EDL.format(sq="sq010"), expect=422, rate="24", naming="{sequence}")
    assert world.owner.get(f"/projects/{project['id']}/shots").json()["data"] == []


def test_a_shot_and_an_assembly_open_in_usd(world, project, tmp_path):
    from pxr import Usd, UsdValidation

    def publish(owner, kind, code, text):
        product = world.owner.post(f"/{kind}s/{owner['id']}/products", {"code": code}, expect=201).json()
        return world.new_version(product, project, files={f"{code}.usda": text})

    box = '#usda 1.0\n(\n    defaultPrim = "box"\n    metersPerUnit = 1\n    upAxis = "Y"\n)\ndef Xform "box" (\n    kind = "component"\n)\n{\n}\n'
    prop = world.new_asset(project, code="prop_box")
    version = publish(prop, "asset", "model", box.encode())
    room = world.new_asset(project, code="int_room", type="interior")
    matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 5, 6, 7, 1]
    components = [{"asset_id": prop["id"], "name": "left", "transform": matrix}, {"asset_id": prop["id"], "name": "2 right@x", "pins": {"model": version["id"]}}]
    world.owner.put(f"/assets/{room['id']}/components", {"data": components}, headers={"If-Match": '"1"'}, expect=200)
    sequence = world.owner.post(f"/projects/{project['id']}/sequences", {"code": "sq010"}, expect=201).json()
    body = {"code": "sh0010", "sequence_id": sequence["id"], "cut_in": 1009, "cut_out": 1056, "handles": 8, "fps": "24000/1001"}
    shot = world.owner.post(f"/projects/{project['id']}/shots", body, expect=201).json()
    publish(shot, "shot", "anim", box.replace("box", "sh0010").encode())
    world.owner.patch(f"/shots/{shot['id']}/casting", {"add": [{"asset_id": room["id"]}, {"asset_id": prop["id"], "label": "hero"}]}, expect=200)

    def place(folder, text):
        (tmp_path / project["code"] / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / project["code"] / folder / text[0]).write_text(text[1])

    place("prop_box/model/v001", ("model.usda", box))
    place("sq010/sh0010/anim/v001", ("anim.usda", box.replace("box", "sh0010")))
    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    for name, address in (("shot", f"/shots/{shot['id']}/usd"), ("room", f"/assets/{room['id']}/usd")):
        path = tmp_path / f"{name}.usda"
        path.write_text(world.owner.get(address).text)
        stage = Usd.Stage.Open(str(path))
        errors = UsdValidation.ValidationContext(validators).Validate(stage)
        bad = [e.GetMessage() for e in errors if e.GetType() == UsdValidation.ValidationErrorType.Error]
        assert bad == [], path.read_text()
        assert stage.GetDefaultPrim()
        if name == "shot":
            assert (stage.GetStartTimeCode(), stage.GetEndTimeCode()) == (1001, 1064)
            assert abs(stage.GetFramesPerSecond() - 24000 / 1001) < 1e-9
            assert stage.GetPrimAtPath("/sh0010/int_room/left") and stage.GetPrimAtPath("/sh0010/hero")
        else:
            left = stage.GetPrimAtPath("/int_room/left")
            assert left.GetAttribute("xformOp:transform").Get().GetRow(3) == (5, 6, 7, 1)
            right = stage.GetPrimAtPath("/int_room/_2_right_x")
            assert right.GetVariantSets().GetVariantSelection("model_version") == "v1"


def test_the_bytes_of_an_import_are_a_key_of_their_own(world, project):
    text = EDL.format(sq="sq010").encode()
    key = hashlib.sha256(text).hexdigest()[:30]
    path = f"/projects/{project['id']}/import/edit"
    first = world.owner.call("POST", path, 200, data=text, params={"rate": "24"}, headers={"Idempotency-Key": key}).json()
    second = world.owner.call("POST", path, 200, data=text, params={"rate": "24"}, headers={"Idempotency-Key": key}).json()
    assert second == first
