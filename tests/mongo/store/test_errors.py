"""Exceptions of the driver, and their translation."""

import inspect
import traceback

import bson
import bson.errors
import pymongo.errors
import pytest

from nova_docdb import db, exception, testing
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.mongo.store import connection, deadlines
from nova_docdb.mongo.store.errors import translated
from nova_docdb.mongo.store.server_errors import UNCERTAIN
from tests import servers

UNKNOWN = "it is unknown whether the call took effect"
UNCHANGED = "nothing was changed"
SECRET = "chap-secret"

DUPLICATE = {
    "code": 11000,
    "errmsg": f'E11000 duplicate key error dup key: {{ vlan: "{SECRET}" }}',
    "keyPattern": {"vlan": 1, "deleted": 1},
    "keyValue": {"vlan": SECRET, "deleted": 0},
}
DENIED = {
    "code": 13,
    "codeName": "Unauthorized",
    "errmsg": "not authorized on nova to execute command "
    f'{{ insert: "iscsi_targets", documents: [ {{ user_data: "{SECRET}" }} ] }}',
}

CASES = [
    (
        pymongo.errors.DuplicateKeyError(DUPLICATE["errmsg"], 11000, DUPLICATE),
        exception.DBDuplicateEntry,
        "E11000 duplicate key in networks: vlan, deleted",
    ),
    # mongomock raises it without details.
    (
        pymongo.errors.DuplicateKeyError("E11000"),
        exception.DBDuplicateEntry,
        "E11000 duplicate key in networks: a unique key",
    ),
    (
        pymongo.errors.ServerSelectionTimeoutError(
            "h:1: [Errno 111] Connection refused (configured timeouts: a), Timeout: 30s, Topology"
        ),
        exception.DBConnectionError,
        "No MongoDB server can be reached: h:1: [Errno 111] Connection refused",
    ),
    (
        pymongo.errors.AutoReconnect("h:1: connection closed"),
        exception.DBConnectionError,
        f"The connection to MongoDB was lost, {UNKNOWN}: h:1: connection closed",
    ),
    (
        pymongo.errors.DocumentTooLarge("BSON document too large (20971633 bytes)"),
        exception.InvalidInput,
        "larger than 16 MiB",
    ),
    (OverflowError("MongoDB can only handle up to 8-byte ints"), exception.InvalidInput, "8-byte"),
    (bson.errors.InvalidDocument("cannot encode object"), exception.InvalidInput, "encode"),
    (
        pymongo.errors.OperationFailure("Authentication failed.", 18, {"errmsg": "no such user"}),
        exception.DBConnectionError,
        "refused the login to mongomock://localhost/nova: no such user",
    ),
    (
        pymongo.errors.OperationFailure(DENIED["errmsg"], 13, DENIED),
        exception.DBNotAuthorized,
        "does not let the user of [mongo] connection run insert on the collection iscsi_targets: ",
    ),
    (
        pymongo.errors.OperationFailure("", 13, {"errmsg": "Command find requires authentication"}),
        exception.DBNotAuthorized,
        "MongoDB requires a login for the collection networks: give [mongo] connection a user",
    ),
    (pymongo.errors.OperationFailure("met", 112), exception.DBDeadlock, "WriteConflict (112)"),
    (
        pymongo.errors.OperationFailure(f"bad {SECRET}", 2),
        exception.DBError,
        "MongoDB refused a command on networks: BadValue (2)",
    ),
    (
        pymongo.errors.BulkWriteError({"writeErrors": [{"code": 2, "errmsg": SECRET}]}),
        exception.DBError,
        "MongoDB refused a command on networks: BadValue (2)",
    ),
    (
        pymongo.errors.OperationFailure(SECRET, 5555, {"codeName": "Location5555"}),
        exception.DBError,
        "MongoDB refused a command on networks: Location5555 (5555)",
    ),
]


@pytest.mark.parametrize(
    ("error", "ours", "text"), CASES, ids=[type(error).__name__ for error, *_ in CASES]
)
def test_driver_error_becomes_ours(error, ours, text):
    with pytest.raises(ours) as caught, translated("networks"):
        raise error
    assert type(caught.value) is ours
    assert text in str(caught.value)
    assert caught.value.__cause__ is error
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_text_of_the_server_is_not_in_causes_of_our_errors():
    inner = pymongo.errors.OperationFailure(SECRET, 11601, {"errmsg": SECRET})
    outer = pymongo.errors.ExecutionTimeout("took too long", 50)
    with pytest.raises(exception.DBConnectionError) as caught, translated("networks"):
        raise outer from inner
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_chained_errors_terminate():
    first = pymongo.errors.OperationFailure("a", 2)
    second = pymongo.errors.OperationFailure("b", 2)
    first.__cause__, second.__cause__ = second, first
    with pytest.raises(exception.DBError), translated("networks"):
        raise first


def failed(code):
    if code in {10107, 189, 11602, 13435, 13436, 91, 11600, 10058}:
        return pymongo.errors.NotPrimaryError(SECRET, {"code": code, "errmsg": SECRET})
    return pymongo.errors.OperationFailure(SECRET, code, {"errmsg": SECRET})


@pytest.mark.parametrize("code", sorted(UNCERTAIN))
@pytest.mark.parametrize(("reads", "message"), [(False, UNKNOWN), (True, UNCHANGED)])
def test_code_leaves_the_outcome_of_a_write_open_and_a_read_changes_nothing(code, reads, message):
    with pytest.raises(exception.DBConnectionError) as caught, translated("networks", reads=reads):
        raise failed(code)
    assert str(caught.value) == (
        f"MongoDB did not finish a command on networks, {message}: {UNCERTAIN[code]} ({code})"
    )


@pytest.mark.parametrize("code", [2, 6, 7, 64, 79, 89, 91, 100, 262, 9001, 11601, 123456])
def test_any_write_concern_error_is_an_unknown_outcome(code):
    alone = pymongo.errors.WriteConcernError(SECRET, code, {"errmsg": SECRET})
    of_several = {"writeErrors": [], "writeConcernErrors": [{"code": code, "errmsg": SECRET}]}
    for error in (alone, pymongo.errors.BulkWriteError(of_several)):
        with pytest.raises(exception.DBConnectionError, match=UNKNOWN) as caught:  # noqa: SIM117
            with translated("networks"):
                raise error
        assert SECRET not in str(caught.value)


@pytest.mark.parametrize("code", [11600, 11601, 11602, 10107, 50])
def test_bulk_write_that_was_interrupted_is_an_unknown_outcome(code):
    error = pymongo.errors.BulkWriteError({"writeErrors": [{"code": code, "errmsg": SECRET}]})
    with pytest.raises(exception.DBConnectionError, match=UNKNOWN), translated("networks"):
        raise error


def test_unknown_code_with_an_uncertain_label_is_an_unknown_outcome():
    error = pymongo.errors.OperationFailure(SECRET, 987654, {"errorLabels": []})
    error._add_error_label("RetryableWriteError")
    with pytest.raises(exception.DBConnectionError, match=UNKNOWN), translated("networks"):
        raise error


# The translation of each class that the driver can raise around a write.
CLASSES = {
    exception.DBConnectionError: "AutoReconnect ConnectionFailure CursorNotFound ExecutionTimeout "
    "NetworkTimeout NotPrimaryError ProtocolError ServerSelectionTimeoutError WTimeoutError "
    "WaitQueueTimeoutError WriteConcernError _OperationCancelled",
    exception.DBError: "BulkWriteError ClientBulkWriteException CollectionInvalid "
    "EncryptedCollectionError EncryptionError InvalidOperation OperationFailure PyMongoError "
    "WriteError",
    exception.DBDuplicateEntry: "DuplicateKeyError",
    exception.InvalidInput: "DocumentTooLarge InvalidDocument InvalidName",
    exception.ConfigurationError: "ConfigurationError InvalidURI",
}
CODES = {"CursorNotFound": 43, "ExecutionTimeout": 50}


def raised(name):
    kind = getattr(pymongo.errors, name)
    if name == "BulkWriteError":
        return kind({})
    if name == "ClientBulkWriteException":
        return kind({}, verbose=False)
    if name == "EncryptionError":
        return kind(ValueError("x"))
    if name == "EncryptedCollectionError":
        return kind(ValueError("x"), {})
    if issubclass(kind, pymongo.errors.OperationFailure):
        return kind("x", CODES.get(name), {})
    return kind("x")


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, kind in vars(pymongo.errors).items()
        if inspect.isclass(kind)
        and issubclass(kind, (pymongo.errors.PyMongoError, bson.errors.BSONError))
    ],
)
def test_class_of_the_driver_becomes_ours(name):
    (expected,) = (ours for ours, names in CLASSES.items() if name in names.split())
    with pytest.raises(expected) as caught, translated("networks"):
        raise raised(name)
    assert type(caught.value) is expected


def test_read_after_a_write_of_the_same_call_leaves_the_outcome_open():
    with deadlines.Call():
        with translated("networks"):
            pass
        with pytest.raises(exception.DBConnectionError, match=UNKNOWN):  # noqa: SIM117
            with translated("networks", reads=True):
                raise pymongo.errors.AutoReconnect("h:1: connection closed")


def test_server_lost_after_a_write_leaves_the_outcome_unknown():
    unreachable = pymongo.errors.ServerSelectionTimeoutError("h:1: refused")
    with deadlines.Call():
        with pytest.raises(exception.DBConnectionError) as first, translated("networks"):
            raise unreachable
        with translated("networks"):
            pass
        with pytest.raises(exception.DBConnectionError) as second, translated("networks"):
            raise unreachable
    assert UNKNOWN not in str(first.value)
    assert UNKNOWN in str(second.value)


def test_value_that_cannot_be_encoded_is_not_shown():
    with pytest.raises(exception.InvalidInput, match="of type: <class 'set'>") as caught:  # noqa: SIM117
        with translated("networks"):
            bson.encode({"chap": {SECRET}})
    assert SECRET not in "".join(traceback.format_exception(caught.value)).replace(
        'bson.encode({"chap": {SECRET}})', ""
    )


def test_duplicate_names_table_and_columns():
    with pytest.raises(exception.DBDuplicateEntry) as caught, translated("networks"):
        raise pymongo.errors.DuplicateKeyError("E11000", 11000, DUPLICATE)
    assert (caught.value.table, caught.value.columns) == ("networks", ["vlan", "deleted"])


def test_other_errors_pass_unchanged():
    with pytest.raises(ZeroDivisionError), translated("networks"):
        1 / 0  # noqa: B018


# A server with a fail point: which command fails, and how.


@pytest.fixture(scope="module")
def server():
    servers.require_mongod()
    server = servers.Mongod(parameters=("enableTestCommands=1",), parent=servers.in_memory())
    try:
        server.start()
        with connection.set_aside():
            CONF.set_override("connection", f"{server.url}nova", group="mongo")
            db_sync(default_flavors=False)
        CONF.reset()
        yield server
    finally:
        server.stop()


@pytest.fixture
def fail(server):
    CONF.set_override("connection", f"{server.url}nova?directConnection=true", group="mongo")
    # The driver retries some reads and writes until the deadline.
    CONF.set_override("call_timeout_ms", 1000, group="mongo")
    with connection.set_aside(), server.client() as client:

        def fail(*commands, **how):
            client.admin.command(
                "configureFailPoint",
                "failCommand",
                mode="alwaysOn",
                data={"failCommands": list(commands), **how},
            )

        yield fail
        client.admin.command("configureFailPoint", "failCommand", mode="off")
        # The driver takes the server for a secondary until it asks again.
        connection.close()
        testing.clear()
    CONF.reset()


def test_claim_killed_while_it_waits_for_its_majority_is_unknown_and_may_have_succeeded(
    fail, admin
):
    db.fixed_ip_create(admin, {"address": "10.0.0.1", "network_id": 1})
    uuid = "a1b2c3d4-0000-4000-8000-000000000001"
    fail("findAndModify", writeConcernError={"code": 11601, "errmsg": SECRET})
    with pytest.raises(exception.DBConnectionError, match=UNKNOWN) as caught:
        db.fixed_ip_associate_pool(admin, 1, uuid)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert db.fixed_ip_get_by_address(admin, "10.0.0.1")["instance_uuid"] == uuid


@pytest.mark.parametrize("code", [6, 7, 89, 91, 262, 9001, 10107, 11600, 11601, 11602])
def test_insert_that_is_interrupted_is_unknown(fail, admin, code):
    fail("insert", errorCode=code)
    with pytest.raises(exception.DBConnectionError, match=UNKNOWN):
        db.service_create(admin, {"host": "h", "binary": "b", "topic": "t"})


@pytest.mark.parametrize("code", [6, 43, 50, 91, 11601, 11602])
def test_read_that_is_interrupted_changes_nothing(fail, admin, code):
    fail("find", errorCode=code)
    with pytest.raises(exception.DBConnectionError, match=UNCHANGED):
        db.service_get_all(admin)


def test_cursor_that_the_server_closed_changes_nothing(fail, admin):
    for number in range(3):
        db.service_create(admin, {"host": f"h{number}", "binary": "b", "topic": "t"})
    fail("getMore", errorCode=43)
    collection = connection.get_database()["services"]
    with pytest.raises(exception.DBConnectionError, match=UNCHANGED):  # noqa: SIM117
        with translated("services", reads=True):
            list(collection.find(batch_size=2))


def test_denied_write_is_sent_once(fail, admin):
    fail("insert", errorCode=13)
    with pytest.raises(exception.DBNotAuthorized, match="collection services"):
        db.service_create(admin, {"host": "h", "binary": "b", "topic": "t"})
