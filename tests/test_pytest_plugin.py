"""The pytest plugin, as seen by a project that has nova_docdb installed."""

import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]

QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist")


@pytest.fixture
def run(pytester):
    def run(source, *arguments):
        pytester.makepyfile(source)
        return pytester.runpytest_subprocess(*QUIET, *arguments)

    return run


def test_fixture_is_a_fresh_store_for_each_test(run):
    run(
        """
        import pytest

        @pytest.mark.parametrize("turn", [1, 2])
        def test_store(nova_db, admin_context, turn):
            assert nova_db.cell_get_all(admin_context) == []
            assert nova_db.cell_create(admin_context, {"name": "c"})["id"] == 1

        def test_namespace(nova_db):
            from nova_docdb import db
            assert nova_db is db

        def test_context(admin_context):
            assert admin_context.is_admin
        """
    ).assert_outcomes(passed=4)


def test_options_and_connection_are_restored_after_each_test(run):
    run(
        """
        from nova_docdb.config import CONF
        from nova_docdb.mongo.store import connection

        CONF.set_override("connection", "mongodb://127.0.0.1:1/nova", group="mongo")

        def test_store(nova_db, admin_context):
            CONF.set_override("compute_topic", "changed")
            nova_db.cell_create(admin_context, {"name": "c"})
            assert connection.is_embedded()

        def test_afterwards():
            assert CONF.compute_topic == "compute"
            assert CONF.mongo.connection == "mongodb://127.0.0.1:1/nova"
            assert connection._current is None
        """
    ).assert_outcomes(passed=2)


def test_fixtures_are_listed_with_their_descriptions(pytester):
    listed = pytester.runpytest_subprocess("--fixtures", *QUIET).stdout.str()
    assert "The namespace ``nova_docdb.db`` on a new store in memory" in listed
    assert "An admin context without a user or project." in listed


def test_plugin_imports_nothing_heavy_until_a_fixture_is_used():
    code = (
        "import sys, nova_docdb.pytest_plugin; "
        "print({'oslo_config', 'pymongo', 'mongomock', 'marshmallow', 'nova_docdb.db'} "
        "& set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
