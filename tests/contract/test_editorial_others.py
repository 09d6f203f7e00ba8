"""Edits clip by clip and frame by frame against OpenTimelineIO, its EDL adapter and fileseq, in the forms that their own samples have."""

import random

import fileseq
import opentimelineio as otio
import pytest

from kit.caller import pointers

HEAD = "TITLE: Others\nFCM: NON-DROP FRAME\n\n"
# In the forms of the adapter's samples: dissolves, wipes, gaps, effects of speed, freezes, names with spaces, no names at all.
EDLS = {
    "dissolve": """001  CLPA     V     C        01:00:04:05 01:00:04:14 01:00:00:00 01:00:00:09
* FROM CLIP NAME:  clip_A
002  CLPA     V     C        01:00:04:14 01:00:04:14 01:00:00:09 01:00:00:09
002  CLPB     V     D    010 01:00:08:08 01:00:08:18 01:00:00:09 01:00:00:19
* BLEND, DISSOLVE
* FROM CLIP NAME:  clip_A
* TO CLIP NAME:  clip_B
003  CLPB     V     C        01:00:08:18 01:00:08:19 01:00:00:19 01:00:00:20
* FROM CLIP NAME:  clip_B
""",
    "wipe": """001  CLPA     V     C        01:00:04:05 01:00:04:14 01:00:00:00 01:00:00:09
* FROM CLIP NAME:  clip_A
002  CLPA     V     C        01:00:04:14 01:00:04:14 01:00:00:09 01:00:00:09
002  CLPB     V     W001 010 01:00:08:08 01:00:08:18 01:00:00:09 01:00:00:19
* WIPE
* FROM CLIP NAME:  clip_A
* TO CLIP NAME:  clip_B
""",
    "gap": """001  SHOT1    V     C        00:10:00:00 00:10:01:00 00:00:00:00 00:00:01:00
FROM CLIP NAME: shot1
002  SHOT2    V     C        23:00:00:00 23:00:01:00 00:00:01:16 00:00:02:16
FROM CLIP NAME: shot2
003  SHOT3    V     C        10:00:00:00 10:00:01:00 00:00:04:06 00:00:05:06
FROM CLIP NAME: shot3
""",
    "speed": """001  Z677     V     C        01:00:01:21 01:00:07:03 01:00:00:00 01:00:05:06
* FROM CLIP NAME:  Z677_4C (ANIM10)
002  Z682_156 V     C        01:00:10:21 01:00:10:22 01:00:05:06 01:00:05:23
M2   Z682_156       000.0                01:00:10:21
* FROM CLIP NAME:  Z682_156 (LAY3) FF
* * FREEZE FRAME
003  Z686_5A. V     C        01:00:06:00 01:00:08:23 01:00:06:00 01:00:07:12
M2   Z686_5A.       047.6                01:00:06:00
* FROM CLIP NAME:  Z686_5A (LAY2) (47.56 FPS)
004  Z687     V     C        01:00:06:00 01:00:07:00 01:00:08:00 01:00:10:00
M2   Z687       012.0                01:00:06:00
* FROM CLIP NAME:  Z687
""",
    "media": """001  AX       V     C        01:00:04:05 01:00:05:12 00:00:00:00 00:00:01:07
* FROM CLIP: /folder/ZZ100_501_ANI_v02.mov
002  AX       V     C        01:00:06:13 01:00:08:15 00:00:01:07 00:00:03:09
* FROM FILE: S:/frames/ZZ100_502A.1001.exr
003  BL       V     C        00:00:00:00 00:00:00:10 00:00:03:09 00:00:03:19
""",
    "both": """001  AX       B     C        00:00:00:00 00:00:02:00 00:00:00:00 00:00:02:00
* FROM CLIP NAME: a
002  AX       A     C        00:00:00:00 00:00:02:00 00:00:02:00 00:00:04:00
* FROM CLIP NAME: only heard
003  AX       AA/V  C        00:00:00:00 00:00:02:00 00:00:04:00 00:00:06:00
* FROM CLIP NAME: c
""",
}


def send(caller, project, data, expect=200, **params):
    params = {"naming": "{shot}", "sequence": "sq010", **params}
    return caller.call("POST", f"/projects/{project['id']}/import/edit", expect, data=data.encode(), params=params)


def speed_of(clip):
    effects = [effect.time_scalar for effect in clip.effects if isinstance(effect, otio.schema.LinearTimeWarp)]
    return round(effects[0], 6) if effects else 1.0


def theirs(timeline):
    """(name, source in, frames, record in, speed) of each clip of the first video track, counted from the first one on."""
    clips = [c for c in timeline.video_tracks()[0] if isinstance(c, otio.schema.Clip) and c.enabled]
    rows = [
        (c.name, round(c.trimmed_range().start_time.value), round(c.trimmed_range().duration.value), round(c.range_in_parent().start_time.value), speed_of(c))
        for c in clips
    ]
    return [(name, start, length, at - rows[0][3], speed) for name, start, length, at, speed in rows]


def number(text):
    upper, _, lower = text.partition("/")
    return round(int(upper) / int(lower or 1), 6)


def ours(caller, cut):
    items = [i for i in caller.get(f"/cuts/{cut['id']}/items").json()["data"] if i["track"] == "V1"]
    return [
        (i["clip_name"], i["source_in"], i["source_out"] - i["source_in"], i["record_in"] - items[0]["record_in"], number(i["speed"]))
        for i in items
    ]


def exported(caller, project, cut, kind):
    return caller.get(f"/projects/{project['id']}/export/{kind}", params={"cut_id": cut["id"]}).text


@pytest.mark.parametrize("name", sorted(EDLS))
def test_an_edl_means_what_the_adapter_reads(world, project, name):
    text = HEAD + EDLS[name]
    cut = send(world.owner, project, text, rate="24").json()["cut"]
    timeline = otio.adapters.read_from_string(text, "cmx_3600", rate=24)
    mine = ours(world.owner, cut)
    if name == "media":  # black has no name there
        mine[2] = ("3", *mine[2][1:])
        timeline.video_tracks()[0][2].name = "3"
    assert mine == theirs(timeline)
    again = otio.adapters.read_from_string(exported(world.owner, project, cut, "edl"), "cmx_3600", rate=24)
    if name != "media":
        assert theirs(again) == theirs(timeline)
    assert theirs(otio.adapters.read_from_string(exported(world.owner, project, cut, "otio"), "otio_json")) == [
        (row[0] if name != "media" or index < 2 else "BL", *row[1:]) for index, row in enumerate(theirs(timeline))
    ]
    if "dissolve" in name or "wipe" in name:
        out = otio.adapters.read_from_string(exported(world.owner, project, cut, "otio"), "otio_json")
        blends = [t for t in out.video_tracks()[0] if isinstance(t, otio.schema.Transition)]
        assert [(t.in_offset.value, t.out_offset.value) for t in blends] == [(0, 10)]


def random_timeline(seed, rate):
    """Clips with gaps, dissolves, speeds, nested stacks and what is switched off, as editors leave them."""
    pick = random.Random(seed)
    timeline = otio.schema.Timeline(f"Random {seed}")
    timeline.global_start_time = otio.opentime.RationalTime(pick.choice([0, 86400, 90000]), rate)
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    timeline.tracks.append(track)
    span = lambda start, length: otio.opentime.TimeRange(otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(length, rate))
    for index in range(60):
        start, length = pick.randrange(-50, 200_000), pick.randrange(20, 300)
        media = otio.schema.ExternalReference(f"file:///plates/{index}.mov", span(0, 300_000))
        clip = otio.schema.Clip(f"sh{index:04}0", media, span(start, length))
        kind = pick.randrange(8)
        if kind == 0:
            track.append(otio.schema.Gap(source_range=span(0, pick.randrange(1, 50))))
        elif kind == 1 and len(track) and isinstance(track[-1], otio.schema.Clip):
            offset = lambda: otio.opentime.RationalTime(pick.randrange(0, 9), rate)
            track.append(otio.schema.Transition(transition_type="SMPTE_Dissolve", in_offset=offset(), out_offset=offset()))
        elif kind == 2:
            clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=pick.choice([2.0, 0.5, -1.0, 1.25])))
        elif kind == 3:
            clip.effects.append(otio.schema.FreezeFrame())
        elif kind == 4:
            clip.enabled = False
        track.append(clip)
    return timeline


@pytest.mark.parametrize("rate", [24.0, 24000 / 1001, 25.0, 60000 / 1001])
@pytest.mark.parametrize("seed", range(4))
def test_any_timeline_comes_back_as_it_was(world, project, seed, rate):
    timeline = random_timeline(seed, rate)
    cut = send(world.owner, project, timeline.to_json_string()).json()["cut"]
    assert ours(world.owner, cut) == theirs(timeline)
    back = otio.adapters.read_from_string(exported(world.owner, project, cut, "otio"), "otio_json")
    assert theirs(back) == theirs(timeline)
    blends = lambda one: [
        (t.in_offset.value, t.out_offset.value)
        for t in one.video_tracks()[0]
        if isinstance(t, otio.schema.Transition) and t.in_offset.value + t.out_offset.value > 0
    ]
    kept = blends(back)
    assert kept == [b for b in blends(timeline)][: len(kept)] or len(kept) <= len(blends(timeline))
    assert send(world.owner, project, timeline.to_json_string(), dry_run="true").json()["plan"]["unchanged"] == len(ours(world.owner, cut))


def test_what_they_write_as_edl_is_read(world, project):
    timeline = otio.schema.Timeline("Written")
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    timeline.tracks.append(track)
    at = lambda value: otio.opentime.RationalTime(value, 24)
    for index in range(40):
        clip = otio.schema.Clip(f"sh{index:04}", otio.schema.MissingReference(), otio.opentime.TimeRange(at(1000 + index * 7), at(30 + index)))
        if index % 7 == 6:
            track.append(otio.schema.Transition(transition_type="SMPTE_Dissolve", in_offset=at(0), out_offset=at(8)))
        track.append(clip)
    text = otio.adapters.write_to_string(timeline, "cmx_3600", rate=24)
    cut = send(world.owner, project, text, rate="24").json()["cut"]
    assert ours(world.owner, cut) == theirs(timeline)


def test_frame_ranges_are_those_of_fileseq(world, project):
    sequence = world.owner.post(f"/projects/{project['id']}/sequences", {"code": "sq010"}, expect=201).json()
    for index, (first, last, handles) in enumerate([(1001, 1100, 0), (1009, 1056, 8), (0, 0, 0), (-10, 10, 5), (1001, 1240, 24)]):
        body = {"code": f"sh{index:03}0", "sequence_id": sequence["id"], "cut_in": first, "cut_out": last, "handles": handles}
        shot = world.owner.post(f"/projects/{project['id']}/shots", body, expect=201).json()
        cut, whole = fileseq.FrameSet(f"{shot['cut_in']}-{shot['cut_out']}"), fileseq.FrameSet(f"{shot['head_in']}-{shot['tail_out']}")
        assert len(cut) == last - first + 1 and (cut.start(), cut.end()) == (first, last)
        assert len(whole) == len(cut) + 2 * handles and all(frame in whole for frame in cut)
    for frames in ("1001-1100", "1001-1100x2", "1001", "-5-5x5"):
        product = world.new_product(world.new_asset(project))
        body = {"files": [], "representations": [{"name": "main", "format": "exr", "pattern": "beauty.%04d.exr", "frames": frames}]}
        version = world.owner.post(f"/products/{product['id']}/versions", body, expect=201).json()
        detail = world.owner.get(f"/versions/{version['id']}").json()
        assert sorted(fileseq.FrameSet(detail["representations"][0]["frames"])) == sorted(fileseq.FrameSet(frames))


BAD = {
    "overlapping": (HEAD + "001 A V C 00:00:00:00 00:00:02:00 00:00:00:00 00:00:02:00\n002 B V C 00:00:00:00 00:00:02:00 00:00:01:00 00:00:03:00\n", {"/line/5"}),
    "reversed": (HEAD + "001 A V C 00:00:02:00 00:00:01:00 00:00:00:00 00:00:01:00\n", {"/line/4"}),
    "negative": (HEAD + "001 A V C -0:00:02:00 00:00:01:00 00:00:00:00 00:00:01:00\n", {"/line/4"}),
    "drop frame at 24": ("TITLE: x\nFCM: DROP FRAME\n001 A V C 00:00:00:00 00:00:01:00 00:00:00:00 00:00:01:00\n", {"/line/2", "/line/3"}),
    "lines": (HEAD + "001 A V C 00:00:00:00 00:00:01:00\n\x00\x01\nnot an event\n", {"/line/4", "/line/5", "/line/6"}),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_edls_name_their_lines(world, project, name):
    text, lines = BAD[name]
    assert pointers(send(world.owner, project, text, expect=422, rate="24")) >= lines
    assert world.owner.get(f"/projects/{project['id']}/sequences").json()["data"] == []


def test_two_clips_of_one_name_are_one_shot_that_shows_both(world, project):
    text = HEAD + "".join(
        f"00{n} A{n} V C 00:00:{n:02}:00 00:00:{n + 1:02}:00 00:00:{n:02}:00 00:00:{n + 1:02}:00\n* FROM CLIP NAME: {name}\n"
        for n, name in enumerate(["sh0010", "sh0020", "sh0010"], 1)
    )
    plan = send(world.owner, project, text, rate="24").json()["plan"]
    assert [(e["shot"], e["changes"]["cut_out"]["to"] - e["changes"]["cut_in"]["to"] + 1) for e in plan["new"]] == [("sh0010", 72), ("sh0020", 24)]


def test_schemas_that_nobody_knows_are_named(world, project):
    timeline = random_timeline(1, 24.0)
    text = timeline.to_json_string().replace('"Clip.2"', '"Hologram.9"', 1)
    refused = send(world.owner, project, text, expect=422).json()
    assert "Hologram.9" in refused["errors"][0]["detail"] and refused["errors"][0]["pointer"].startswith("/tracks/children/0/children/")
