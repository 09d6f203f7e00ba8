"""Starts the real program, once with SQLite and once with PostgreSQL, for every test that asks for a site."""

import os

import pytest

from kit.document import Document
from kit.production import ProductionSite
from kit.server import PostgresServer, Site
from kit.world import Production, World

# `BIFROST_CONTRACT_DATABASES=sqlite` runs half of it while one works on something; `production` runs it on many processes.
DATABASES = os.environ.get("BIFROST_CONTRACT_DATABASES", "sqlite,postgres").split(",")


@pytest.fixture(scope="session")
def document():
    return Document()


@pytest.fixture(scope="session")
def postgres():
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture(scope="session", params=DATABASES)
def database(request):
    return request.param


def start_site(database, request):
    if database == "production":
        return ProductionSite()
    url = request.getfixturevalue("postgres").new_database() if database == "postgres" else None
    return Site(url)


@pytest.fixture(scope="session")
def site(database, request):
    running = start_site(database, request)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def world(site, document):
    return World(site, document)


@pytest.fixture(scope="session")
def owner(world):
    return world.owner


@pytest.fixture(scope="session")
def production(world):
    return Production(world)


@pytest.fixture
def project(world):
    return world.new_project()


@pytest.fixture
def asset(world, project):
    return world.new_asset(project)


@pytest.fixture
def product(world, asset):
    return world.new_product(asset)


# What is otherwise in the production shape, and where that is tested instead.
NOT_IN_PRODUCTION = (
    "/metrics]", "-metrics-",  # has a port of its own: tests/production
    "-get_object-", "-put_part-",  # the local store's addresses; S3 has its own
    "_job-",  # with S3 every upload has a job, so that the first of the list is somebody else's
    "production-%00]",  # nginx refuses it by itself
    "test_a_part_may_be_replaced_and_the_etags_decide",  # S3 refuses other bytes than were signed before there is anything to replace
    "test_other_bytes_than_were_said_fail",  # refused by S3 before that: tests/service/s3_store_urls_test.cpp
    # A file of one part goes to S3 as one object: its signed address stays good until it expires, and its size is checked at the end.
    "test_a_signed_address_is_good_for_what_was_signed",
    "test_a_dropped_upload_is_gone",
)


def pytest_collection_modifyitems(config, items):
    left_out = [item for item in items if "production" in item.name and any(part in item.nodeid for part in NOT_IN_PRODUCTION)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """The end of the program's log stands below a failure."""
    report = (yield).get_result()
    if report.when == "call" and report.failed and "site" in getattr(item, "funcargs", {}):
        report.sections.append(("log of the program", item.funcargs["site"].log()[-4000:]))
