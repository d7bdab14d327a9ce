"""The SQL databases of the import and export tests: ``sql_url`` is an empty one of each engine."""

import os

import pytest

from tests.sql.servers import MariaDB, PostgreSQL

SERVERS = {"mariadb": MariaDB, "postgresql": PostgreSQL}
ENGINES = ("sqlite", *SERVERS)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark the tests of a SQL server as slow: it takes seconds to create a database."""
    for item in items:
        if getattr(item, "callspec", None) and item.callspec.params.get("engine") in SERVERS:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def sql_servers():
    """Return a function that returns the server of an engine, which runs until the tests end."""
    started = {}

    def server(engine):
        kind = SERVERS[engine]
        if engine not in started:
            if kind.find() is None:
                reason = f"no {kind.program} here: install the package {kind.package}"
                if os.environ.get("NOVA_DOCDB_REQUIRE_SQL"):
                    pytest.fail(reason)
                pytest.skip(reason)
            started[engine] = kind()
            started[engine].start()
        return started[engine]

    yield server
    for running in started.values():
        running.stop()


@pytest.fixture
def new_database(sql_servers, quick_path):
    """Return a function that creates an empty database of an engine and returns its URL."""
    files = iter(range(1000))

    def make(engine):
        if engine == "sqlite":
            return f"sqlite:///{quick_path / f'nova{next(files)}.sqlite'}"
        return sql_servers(engine).database()

    return make


@pytest.fixture(params=ENGINES)
def engine(request):
    return request.param


@pytest.fixture
def sql_url(new_database, engine):
    """The URL of an empty database."""
    return new_database(engine)
