import logging
import multiprocessing
import threading

import pytest

from nova_docdb import db, exception
from nova_docdb.config import CONF
from nova_docdb.mongo.store import connection

UUID = "a1b2c3d4-0000-4000-8000-000000000001"


@pytest.fixture
def connected(store):
    """Set [mongo] connection to another URL; the store of the test is restored afterwards."""

    def connect(url):
        connection.close()
        CONF.set_override("connection", url, group="mongo")

    yield connect
    connection.close()


def test_nothing_is_opened_before_the_first_call(connected):
    connected("mongodb://127.0.0.1:1/nova")
    assert connection._current is None


def test_embedded_store_logs_once_that_rows_are_lost(connected, caplog):
    connected("mongomock://localhost/nova")
    with caplog.at_level(logging.INFO, logger="nova_docdb"):
        connection.get_database()
        connection.get_database()
    assert [r.message for r in caplog.records if "memory" in r.message] == [
        "Using the embedded store, in memory: its rows are lost when this process ends."
    ]


def test_rows_of_the_embedded_store_are_lost_with_close(connected, admin):
    connected("mongomock://localhost/nova")
    db.service_create(admin, {"host": "h"})
    connection.close()
    assert db.service_get_all(admin) == []


def test_ids_count_from_one_again_after_close_of_the_embedded_store(connected, admin):
    connected("mongomock://localhost/nova")
    db.service_create(admin, {"host": "h"})
    connection.close()
    assert db.service_create(admin, {"host": "h"})["id"] == 1


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://nova:secret@db/nova", "sql_connection"),
        ("mongodb://nova:secret@[::1/nova", "cannot be used"),
        ("mongodb://host:port/nova", "cannot be used"),
        ("", "must be a mongodb://"),
    ],
)
def test_unusable_url_is_reported_without_its_password(connected, url, message):
    connected(url)
    with pytest.raises(exception.ConfigurationError, match=message) as caught:
        connection.get_database()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["mongodb://u:pa$secret@h/n", "mongodb://u:pa$x.secret@h/n"])
def test_url_with_an_unknown_dollar_reference_is_reported_without_it(connected, url):
    connected(url)
    with pytest.raises(
        exception.ConfigurationError, match=r"\[mongo\] connection .*write \$\$"
    ) as caught:
        connection.get_database()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("option", ["tlsCAFile", "tlsCertificateKeyFile", "tlsCRLFile"])
@pytest.mark.parametrize("file", ["missing", "folder", "text"])
def test_unreadable_certificate_is_reported_in_one_sentence(connected, tmp_path, option, file):
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("no certificate")
    connected(f"mongodb://u:secret@127.0.0.1:1/nova?tls=true&{option}={tmp_path / file}")
    with pytest.raises(exception.ConfigurationError, match=f"{option}={tmp_path / file}") as caught:
        connection.get_database()
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("option", "message"),
    [("w=1", "w=1"), ("w=0", "w=0"), ("journal=false", "journal"), ("retryWrites=false", "retry")],
)
def test_url_that_weakens_writes_is_refused(connected, option, message):
    connected(f"mongodb://127.0.0.1:1/nova?{option}")
    with pytest.raises(exception.ConfigurationError, match=message):
        connection.get_database()


def test_url_that_disables_retryable_reads_is_accepted(connected):
    connected("mongodb://127.0.0.1:1/nova?retryReads=false")
    assert connection.current().client.options.retry_reads is False


def test_weak_writes_can_be_allowed(connected):
    CONF.set_override("allow_weak_writes", True, group="mongo")
    connected("mongodb://127.0.0.1:1/nova?w=1")
    assert connection.get_database().write_concern.document == {"w": 1}


def test_writes_use_majority_and_journal(connected):
    connected("mongodb://127.0.0.1:1/nova")
    assert connection.get_database().write_concern.document == {"w": "majority", "j": True}


@pytest.mark.parametrize(("option", "seconds"), [("", 0.1), ("?serverSelectionTimeoutMS=7000", 7)])
def test_server_selection_timeout_is_that_of_the_url_or_else_of_the_caller(
    connected, option, seconds
):
    connected(f"mongodb://127.0.0.1:1/nova{option}")
    client = connection.current(100).client
    assert client.options.server_selection_timeout == seconds


@pytest.mark.parametrize(("option", "name"), [("", "nova_docdb"), ("?appName=mine", "mine")])
def test_server_receives_the_application_name(connected, option, name):
    connected(f"mongodb://127.0.0.1:1/nova{option}")
    metadata = connection.current().client.options.pool_options.metadata
    assert metadata["application"] == {"name": name}


def test_unreachable_server_is_reported_in_one_sentence(connected, admin):
    connected("mongodb://nova:secret@127.0.0.1:1/nova?serverSelectionTimeoutMS=100")
    with pytest.raises(exception.DBConnectionError) as caught:
        db.service_get_all(admin)
    assert str(caught.value) == (
        "No MongoDB server can be reached: 127.0.0.1:1: [Errno 111] Connection refused"
    )


@pytest.mark.parametrize(
    ("function", "argument"),
    [("instance_create", {}), ("instance_destroy", UUID), ("network_delete_safe", 1)],
)
def test_multi_write_call_also_reports_the_outcome(connected, admin, function, argument):
    connected("mongodb://127.0.0.1:1/nova?serverSelectionTimeoutMS=100")
    with pytest.raises(exception.DBConnectionError, match="No MongoDB server can be reached"):
        getattr(db, function)(admin, argument)


def test_many_first_callers_share_one_client(connected):
    connected("mongomock://localhost/nova")
    gate = threading.Barrier(8)
    seen = []

    def first_call():
        gate.wait()
        seen.append(connection.current())

    threads = [threading.Thread(target=first_call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in seen}) == 1


def _in_child(parents, answers):
    client = connection.current().client
    answers.put((client is parents, connection.get_database().command("ping")["ok"]))


@pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="there is no fork here"
)
def test_forked_child_creates_its_own_client(store, admin):
    if connection.is_embedded():
        pytest.skip("the embedded store has no client")
    db.service_get_all(admin)
    fork = multiprocessing.get_context("fork")
    answers = fork.Queue()
    child = fork.Process(target=_in_child, args=(connection.current().client, answers))
    child.start()
    assert answers.get(timeout=30) == (False, 1.0)
    child.join()
