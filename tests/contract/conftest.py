"""Starts the real program, once with SQLite and once with PostgreSQL, for every test that asks for a site."""

import os

import pytest

from kit.document import Document
from kit.server import PostgresServer, Site
from kit.world import Production, World

# `BIFROST_CONTRACT_DATABASES=sqlite` runs half of it while one works on something.
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


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """The end of the program's log stands below a failure."""
    report = (yield).get_result()
    if report.when == "call" and report.failed and "site" in getattr(item, "funcargs", {}):
        report.sections.append(("log of the program", item.funcargs["site"].log()[-4000:]))
