"""Shots, casting and edits by command."""

from kit import write

EDL = """TITLE: Reel
FCM: NON-DROP FRAME
001  A001     V     C        01:00:00:00 01:00:02:00 01:00:00:00 01:00:02:00
* FROM CLIP NAME: sq010_sh0010
002  A002     V     C        02:00:00:00 02:00:01:00 01:00:02:00 01:00:03:00
* FROM CLIP NAME: sq010_sh0020
"""


def test_shots_are_made_listed_changed_and_moved_along(cli):
    cli.run("sequence", "create", "sq010", "--name", "At the bar")
    cli.run("shot", "create", "sh0010", "--sequence", "sq010", "--cut-in", "1009", "--cut-out", "1056", "--handles", "8")
    cli.run("shot", "create-many", "sq010_sh0020…0040 by 10")
    assert [one["code"] for one in cli.json("shot", "list", "sq010")["data"]] == ["sh0010", "sh0020", "sh0030", "sh0040"]
    cli.run("shot", "set", "sq010/sh0010", "--name", "The door", "--cut-in", "1010")
    shown = cli.json("shot", "show", f"{cli.project}:sq010/sh0010")
    assert (shown["name"], shown["cut_in"], shown["head_in"]) == ("The door", 1010, 1002)
    assert "omitted" in cli.run("shot", "status", "sq010/sh0010", "omitted", "-m", "cut").out
    assert len(cli.json("sequence", "renumber", "sq010", "--prefix", "s", "--dry-run")["data"]) == 4
    cli.run("sequence", "archive", "sq010")
    assert cli.json("sequence", "list")["data"] == []


def test_what_is_wrong_is_told_in_one_line(cli):
    cli.run("sequence", "create", "sq010")
    assert "/codes" in cli.run("shot", "create-many", "sq010_sh20-sh10", expect=1).err
    assert len(cli.run("shot", "create", "sh1", "--sequence", "nowhere", expect=1).err.strip().splitlines()) == 1


def test_a_cast_shot_resolves_and_is_locked(cli):
    cli.run("asset", "create", "--type", "prop", "rock")
    cli.run("shot", "create-many", "sq010_sh0010")
    cli.run("shot", "cast", "sq010/sh0010", "rock", "--label", "hero")
    assert cli.json("shot", "casting", "sq010/sh0010")["data"][0]["label"] == "hero"
    assert cli.json("shot", "resolve", "sq010/sh0010")["data"][0]["path"] == ["hero"]
    assert cli.json("shot", "update", "sq010/sh0010", "--dry-run")["applied"] is False
    assert cli.json("shot", "lock", "sq010/sh0010")["stored"] is False


def test_edits_come_in_and_go_out(cli, tmp_path):
    file = write(tmp_path / "reel.edl", EDL)
    planned = cli.json("import", "edit", str(file), "--rate", "24", "--dry-run")
    assert [one["shot"] for one in planned["plan"]["new"]] == ["sh0010", "sh0020"]
    assert "sh0020" in cli.run("import", "edit", str(file), "--rate", "24").out
    cut = cli.json("cut", "list")["data"][0]
    assert cut["source_name"] == "reel.edl"
    assert "sq010_sh0020" in cli.run("export", "edl", "--cut", cut["id"]).out
    cli.run("export", "otio", "sq010", "-o", str(tmp_path / "out.otio"))
    assert "Timeline.1" in (tmp_path / "out.otio").read_text()


def test_tables_go_out_and_come_in(cli, tmp_path):
    table = write(tmp_path / "shots.csv", "Seq;Shot;In;Out;Notes\nsq010;sh0010;1001;1048;x\nsq010;sh0020;1001;10x;y\n")
    columns = ("--column", "Seq=sequence", "--column", "In=cut_in", "--column", "Out=cut_out", "--column", "Notes=")
    told = cli.run("import", "csv", str(table), "--kind", "shots", *columns, "--dry-run", expect=1)
    assert "row 3, Out: '10x' is no whole number" in told.err and "sq010/sh0010" in told.out
    refused = cli.run("import", "csv", str(table), "--kind", "shots", *columns, expect=1)
    assert "/row/3/Out" in refused.err
    write(tmp_path / "shots.csv", "Seq;Shot;In;Out;Notes\nsq010;sh0010;1001;1048;x\n")
    assert "done" in cli.run("import", "csv", str(table), "--kind", "shots", *columns).out
    cli.run("export", "csv", "--kind", "shots", "-o", str(tmp_path / "out.csv"))
    again = cli.json("import", "csv", str(tmp_path / "out.csv"), "--kind", "shots")
    assert again["unchanged"] == 1 and again["updated"] == []
    assert "--column takes" in cli.run("import", "csv", str(table), "--kind", "shots", "--column", "Seq", expect=2).err


def test_fields_are_defined_changed_and_put_away(cli):
    made = cli.json("field", "create", "camera", "--kind", "shot", "--type", "choice", "--choices", '["A", "B"]', "--inherits", "true")
    assert [one["key"] for one in cli.json("field", "list")["data"]] == ["camera"]
    cli.run("field", "set", made["id"], "--default", '"B"')
    cli.run("sequence", "create", "sq010")
    assert "/metadata/camera" in cli.run("shot", "create", "sh1", "--sequence", "sq010", "--metadata", '{"camera": "C"}', expect=1).err
    cli.run("field", "archive", made["id"])
    cli.run("shot", "create", "sh1", "--sequence", "sq010", "--metadata", '{"camera": "C"}')
    assert cli.json("field", "restore", made["id"])["archived_at"] is None
