"""Each alert fires in its story and stays silent in a near one, as promtool plays them; each has a runbook."""

import re
import subprocess

import pytest
import yaml
from conftest import HERE, ROOT, run

RULES = ROOT / "deploy/monitoring/rules"
CASES = yaml.safe_load((HERE / "alert_cases.yaml").read_text())
ALERTS = {rule["alert"]: rule for group in yaml.safe_load((RULES / "alerts.yml").read_text())["groups"] for rule in group["rules"]}

RECORDED = {rule["record"]: rule for group in yaml.safe_load((RULES / "recording.yml").read_text())["groups"] for rule in group["rules"]}


def rules_of(alert):
    """The alert, as it stands in its file, and what it refers to: evaluating all others in each story would take minutes."""
    rule = ALERTS[alert]
    needed = [other for name, other in RECORDED.items() if re.search(rf"(?<![\w:]){name}(?![\w:])", rule["expr"])]
    groups = [{"name": "one", "rules": [*needed, rule]}]
    return yaml.safe_dump({"groups": groups}, sort_keys=False)


def play(story, alert, expected, folder):
    """Runs a story; the number of alerts of that name that fire at its time must be the expected one."""
    (folder / "rules.yml").write_text(rules_of(alert))
    test = {
        "rule_files": [str(folder / "rules.yml")],
        # Stories of days are looked at every ten minutes.
        "evaluation_interval": "10m" if int(story["at"].removesuffix("m")) > 1000 else "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": series, "values": values} for series, values in story["series"].items()],
                "promql_expr_test": [
                    {
                        "expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})',
                        "eval_time": story["at"],
                        "exp_samples": [{"labels": "{}", "value": expected}] if expected else [],
                    }
                ],
            }
        ],
    }
    path = folder / "story.yml"
    path.write_text(yaml.safe_dump(test))
    return subprocess.run(["promtool", "test", "rules", path], capture_output=True, text=True, timeout=120)


def test_rules_are_rules():
    run("promtool", "check", "rules", *sorted(RULES.glob("*.yml")))


def test_there_is_a_case_for_each_alert_and_an_alert_for_each_case():
    assert len(ALERTS) >= 40
    assert set(CASES) == set(ALERTS)


@pytest.mark.parametrize("alert", ALERTS)
def test_it_fires(alert, tmp_path):
    story = CASES[alert]["fires"]
    done = play(story, alert, story.get("count", 1), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("alert", ALERTS)
def test_it_stays_silent(alert, tmp_path):
    done = play(CASES[alert]["silent"], alert, 0, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("alert", ALERTS)
def test_a_silent_story_has_the_series_that_the_alert_looks_at(alert):
    if "absent(" in ALERTS[alert]["expr"]:
        return
    of_fires = {series.split("{")[0] for series in CASES[alert]["fires"]["series"]}
    of_silent = {series.split("{")[0] for series in CASES[alert]["silent"]["series"]}
    assert of_fires <= of_silent


def test_a_story_that_is_told_wrong_is_noticed(tmp_path):
    """The player itself: an alert that fires is not silent, and the other way round."""
    assert play(CASES["BifrostApiDown"]["fires"], "BifrostApiDown", 0, tmp_path).returncode != 0
    assert play(CASES["BifrostApiDown"]["silent"], "BifrostApiDown", 1, tmp_path).returncode != 0


@pytest.mark.parametrize("alert", ALERTS)
def test_it_says_how_bad_it_is_and_what_to_do(alert):
    rule = ALERTS[alert]
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["runbook_url"] == f"docs/operations/runbooks.md#{alert.lower()}"
    page = (ROOT / "docs/operations/runbooks.md").read_text()
    section = re.search(rf"^### {alert}\n(.+?)(?=^##|\Z)", page, re.M | re.S)
    assert section, f"no section {alert} in runbooks.md"
    assert len(section.group(1).split()) >= 15, "a runbook says what it means and what to do"


def test_no_runbook_is_of_an_alert_that_is_gone():
    page = (ROOT / "docs/operations/runbooks.md").read_text()
    assert set(re.findall(r"^### (Bifrost\w+)$", page, re.M)) == set(ALERTS)
