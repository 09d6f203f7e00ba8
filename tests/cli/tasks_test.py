"""Tasks by command."""


def make_shot(cli):
    cli.run("sequence", "create", "sq010")
    cli.run("shot", "create", "sh0010", "--sequence", "sq010")


def test_what_is_wrong_is_told_in_one_line(cli):
    make_shot(cli)
    for command in (["create", "sq010/sh0010", "juggling"], ["create", "sq010/sh0010", "animation", "--due", "soon"], ["show", "sq010/sh0010#animation"]):
        assert len(cli.run("task", *command, expect=1).err.strip().splitlines()) == 1
    assert "Nothing to set" in cli.run("task", "set", "sq010/sh0010#animation", expect=2).err


def test_tasks_are_made_listed_changed_and_moved_along(cli):
    make_shot(cli)
    cli.run("task", "from-template", "sq010/sh0010")
    cli.run("task", "set", "sq010/sh0010#animation", "--due", "2026-03-06", "--assign", "owner", "--priority", "high")
    assert [one["task_type"] for one in cli.json("task", "list", "sq010/sh0010", "--sort", "type")["data"]] == ["animation", "compositing", "layout", "lighting"]
    assert [one["due_date"] for one in cli.json("task", "mine", "--open")["data"]] == ["2026-03-06"]
    assert "is in_progress" in cli.run("task", "status", "sq010/sh0010#animation", "in_progress").out
    assert "in_progress" in cli.run("task", "status", "sq010/sh0010#animation").out
    cli.run("task", "log", "sq010/sh0010#animation", "90", "--date", "2026-03-02", "-m", "Blocking")
    assert cli.json("task", "show", "sq010/sh0010#animation")["logged_minutes"] == 90
    assert cli.json("task", "log", "sq010/sh0010#animation")["data"][0]["comment"] == "Blocking"
    task = cli.json("task", "show", "sq010/sh0010#layout")["id"]
    cli.run("task", "archive", task)
    assert len(cli.json("task", "list")["data"]) == 3
    cli.run("task", "restore", task)


def test_a_change_is_undone_by_its_position(cli):
    make_shot(cli)
    cli.run("shot", "set", "sq010/sh0010", "--name", "The door")
    cli.run("shot", "archive", "sq010/sh0010")
    assert [one["kind"] for one in cli.json("trash")["data"]] == ["shot"]
    events = cli.json("events")["data"]
    archived, renamed = (next(e["position"] for e in reversed(events) if e["action"] == action) for action in ("shot.archived", "shot.updated"))
    assert "restore shot" in cli.run("revert", archived, "--dry-run").out
    cli.run("revert", archived)
    cli.run("revert", renamed)
    assert cli.json("shot", "show", "sq010/sh0010")["name"] == "sh0010"
    assert len(cli.run("revert", renamed, expect=1).err.strip().splitlines()) == 1


def test_people_talk_about_a_shot(cli):
    make_shot(cli)
    assert len(cli.run("comment", "create", "sq010/nowhere", "Hello", expect=1).err.strip().splitlines()) == 1
    cli.run("comment", "create", "sq010/sh0010", "The hand **slides**.", "--frame", "1012")
    made = cli.json("comment", "list", "sq010/sh0010", "--open")["data"]
    assert [(one["frame"], one["html"]) for one in made] == [(1012, "<p>The hand <strong>slides</strong>.</p>")]
    cli.run("comment", "resolve", made[0]["id"])
    assert cli.json("comment", "list", "sq010/sh0010", "--open")["data"] == []
    assert cli.json("inbox")["data"] == []
