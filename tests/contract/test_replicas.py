"""Two processes over a PostgreSQL primary and its streaming replica, seen from outside."""

import re

import pytest
import requests

from kit.server import PostgresServer, Site
from kit.world import World, unique


@pytest.fixture(scope="module")
def servers():
    primary = PostgresServer(own=True)
    replica = primary.replica()
    yield primary, replica
    replica.stop()
    primary.stop()


@pytest.fixture(scope="module")
def worlds(servers, document):
    primary, replica = servers
    url = primary.new_database()
    replica_url = replica.url.rsplit("/", 1)[0] + "/" + url.rsplit("/", 1)[1]
    sites = [Site(url, environment={"DATABASE_REPLICA_URLS": replica_url}) for _ in range(2)]
    worlds = [World(site, document) for site in sites]
    for world in worlds:
        world.eventually(lambda: metric(world, 'bifrost_database_replica_up{replica="1"}'), lambda up: up == 1)
    yield worlds
    for site in sites:
        site.stop()


@pytest.fixture
def paused(servers):
    _, replica = servers
    replica.sql("select pg_wal_replay_pause()")
    yield
    replica.sql("select pg_wal_replay_resume()")


@pytest.fixture
def asset(worlds):
    """An asset that the replica has, too."""
    made = worlds[0].new_asset(worlds[0].new_project())
    worlds[0].eventually(lambda: served(worlds[0], lambda: read_name(worlds[0], made)), lambda who: who == "replica")
    return made


def metric(world, series):
    found = re.search(re.escape(series) + r" ([0-9.e+-]+)", requests.get(world.site.url + "/metrics", timeout=10).text)
    return float(found.group(1)) if found else 0.0


def read_name(world, asset, **options):
    return world.owner.get(f"/assets/{asset['id']}", **options).json()["name"]


def served(world, act):
    """By whom a read was served; sign-in is looked up on the primary once a second besides."""
    series = 'bifrost_database_reads_total{target="replica_1"}'
    before = metric(world, series)
    act()
    return "replica" if metric(world, series) > before else "primary"


def test_a_read_without_a_token_is_served_by_the_replica(worlds, asset):
    for world in worlds:
        assert served(world, lambda: read_name(world, asset)) == "replica"


def test_the_token_of_one_process_counts_in_the_other_even_while_replay_stands_still(worlds, asset, paused):
    here, there = worlds
    name = unique("Named")
    token = here.owner.patch(f"/assets/{asset['id']}", {"name": name}).headers["X-Bifrost-Consistency"]
    for world in (here, there):
        assert read_name(world, asset, headers={"X-Bifrost-Consistency": token}) == name
    assert read_name(there, asset) == asset["name"]  # what a read without it may see: the past


def test_a_browser_sees_what_it_wrote_without_doing_anything(worlds, asset, paused):
    here, there = worlds
    user, _ = here.new_user("browser", site_role="admin")
    signed_in = here.sign_in(user["code"])
    browser = here.caller(None)
    browser.session.cookies.set("bifrost_session", signed_in["access_token"])
    name = unique("Browsed")
    answer = browser.patch(f"/assets/{asset['id']}", {"name": name}, headers={"X-CSRF-Token": signed_in["csrf_token"]})
    assert "bifrost_seen=" in answer.headers["Set-Cookie"] and "HttpOnly" in answer.headers["Set-Cookie"]
    browser.session.cookies.update(answer.cookies)
    assert browser.get(f"/assets/{asset['id']}").json()["name"] == name
    again = there.caller(None)  # the same browser, led to the other process
    again.session.cookies.update(browser.session.cookies)
    assert again.get(f"/assets/{asset['id']}").json()["name"] == name


def test_a_cookie_that_was_tampered_with_shows_the_present_and_no_error(worlds, asset, paused):
    user, _ = worlds[0].new_user("tamperer", site_role="admin")
    signed_in = worlds[0].sign_in(user["code"])
    name = unique("Now")
    worlds[0].owner.patch(f"/assets/{asset['id']}", {"name": name})
    browser = worlds[0].caller(None)
    browser.session.cookies.set("bifrost_session", signed_in["access_token"])
    browser.session.cookies.set("bifrost_seen", "1-2-3")
    assert browser.get(f"/assets/{asset['id']}").json()["name"] == name


def test_what_the_replica_does_not_know_yet_is_found_on_the_primary(worlds, asset, paused):
    made = worlds[0].new_asset({"id": asset["project_id"]})
    assert worlds[1].owner.get(f"/assets/{made['id']}").json()["id"] == made["id"]


def test_permissions_are_not_as_old_as_the_replica(worlds, asset, paused):
    here, there = worlds
    made = here.owner.post("/api-tokens", {"name": "short-lived", "scopes": ["read"]}, expect=201).json()
    caller = there.caller(made["token"])
    caller.get(f"/assets/{asset['id']}")  # the replica has never heard of this token
    here.owner.delete(f"/api-tokens/{made['id']}", expect=200)
    there.eventually(lambda: caller.get(f"/assets/{asset['id']}", expect=(200, 401)).status_code, lambda status: status == 401, seconds=3)


def test_events_are_read_on_the_primary(worlds, asset, paused):
    made = worlds[0].new_asset({"id": asset["project_id"]})
    worlds[1].eventually(
        lambda: worlds[1].owner.get("/events", params={"project": asset["project_id"]}).json()["data"],
        lambda found: any(event["entity_id"] == made["id"] for event in found),
    )
