"""Tables as other programs write and read them."""

import csv
import io

from kit.caller import pointers


def send(caller, project, text, kind, expect=200, **params):
    data = text if isinstance(text, bytes) else text.encode()
    return caller.call("POST", f"/projects/{project['id']}/import/csv", expect, data=data, params={"kind": kind, **params})


def table(caller, project, kind, **params):
    return caller.get(f"/projects/{project['id']}/export/csv", params={"kind": kind, **params}).content.decode()


def written(rows, dialect="excel", **options):
    out = io.StringIO()
    csv.writer(out, dialect, **options).writerows(rows)
    return out.getvalue()


def test_what_python_writes_is_read_and_what_is_written_python_reads(world, project):
    texts = ['plain', 'with, comma', 'with "quotes"', "two\nlines", "semi;colon", "tab\there", "ünï©ode", " spaced ", "=SUM(A1)"]
    rows = [["Code", "Name", "Type", "Description"]] + [[f"prop_{index}", "A prop", "prop", text] for index, text in enumerate(texts)]
    for options in ({}, {"quoting": csv.QUOTE_ALL}, {"delimiter": ";"}, {"dialect": "excel-tab"}, {"dialect": "unix"}):
        answer = send(world.owner, project, written(rows, **options), "asset").json()
        assert len(answer["created"]) == (len(texts) if not options else 0), answer
        assert not answer["updated"] and answer["applied"]
    for delimiter, char in (("comma", ","), ("semicolon", ";"), ("tab", "\t")):
        read = list(csv.DictReader(io.StringIO(table(world.owner, project, "asset", delimiter=delimiter), newline=""), delimiter=char))
        assert [row["description"].removeprefix("'") for row in read] == [text.strip() for text in texts]
        assert next(row["description"] for row in read if "SUM" in row["description"]) == "'=SUM(A1)"


def test_a_dry_run_tells_everything_and_keeps_nothing(world, project):
    text = "Shot,Seq,In,Out,Notes\nsh0010,sq010,1001,1048,x\nsh0020,sq010,1001,abc,\n"
    mapping = '{"Seq": "sequence", "In": "cut_in", "Out": "cut_out"}'
    planned = send(world.owner, project, text, "shot", mapping=mapping, dry_run="true").json()
    assert [row["address"] for row in planned["created"]] == ["sq010/sh0010"]
    assert planned["errors"] == [{"row": 3, "column": "Out", "detail": "'abc' is no whole number"}]
    assert planned["ignored"] == ["Notes"] and planned["sequences"] == ["sq010"] and planned["applied"] is False
    assert world.owner.get(f"/projects/{project['id']}/sequences").json()["data"] == []
    refused = send(world.owner, project, text, "shot", mapping=mapping, expect=422)
    assert pointers(refused) == {"/row/3/Out"}
    assert world.owner.get(f"/projects/{project['id']}/sequences").json()["data"] == []


def test_what_is_no_table_or_no_mapping_is_refused(world, project):
    send(world.owner, project, b"code\n\xff\xfe\xfd\n", "asset", expect=422)
    send(world.owner, project, "code\na\n", "asset", mapping="[1]", expect=422)
    send(world.owner, project, "code\na\n", "asset", mapping='{"code": 1}', expect=422)
    send(world.owner, project, "code\na\n", "planet", expect=422)
    send(world.owner, project, "", "asset", expect=422)


def test_one_table_is_one_change_set(world, project):
    send(world.owner, project, "code,type\na,prop\nb,prop\n", "asset")
    send(world.owner, project, "code,name\na,Changed\nb,Changed\n", "asset")
    events = world.eventually(
        lambda: [e for e in world.owner.all("/events", {"project": project["code"]}) if e["action"] == "asset.updated"],
        lambda found: len(found) == 2,
    )
    assert len({event["change_set"] for event in events}) == 1
