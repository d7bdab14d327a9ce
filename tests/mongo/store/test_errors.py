"""What the driver says, and what callers hear."""

import bson.errors
import pymongo.errors
import pytest

from nova_docdb import exception
from nova_docdb.mongo.store.errors import translated

DUPLICATE = {
    "code": 11000,
    "keyPattern": {"vlan": 1, "deleted": 1},
    "keyValue": {"vlan": 5, "deleted": 0},
}

CASES = [
    (
        pymongo.errors.DuplicateKeyError("E11000 duplicate key error", 11000, DUPLICATE),
        exception.DBDuplicateEntry,
        "E11000",
    ),
    # mongomock raises it without details.
    (pymongo.errors.DuplicateKeyError("E11000"), exception.DBDuplicateEntry, "E11000"),
    (
        pymongo.errors.ServerSelectionTimeoutError(
            "h:1: [Errno 111] Connection refused (configured timeouts: a), Timeout: 30s, Topology"
        ),
        exception.DBConnectionError,
        "No MongoDB server can be reached: h:1: [Errno 111] Connection refused",
    ),
    (pymongo.errors.AutoReconnect("h:1: connection closed"), exception.DBConnectionError, "lost"),
    (pymongo.errors.NetworkTimeout("h:1: timed out"), exception.DBConnectionError, "unknown"),
    (pymongo.errors.WTimeoutError("waiting for replication"), exception.DBConnectionError, ""),
    (
        pymongo.errors.DocumentTooLarge("BSON document too large (20971633 bytes)"),
        exception.InvalidInput,
        "too large",
    ),
    (OverflowError("MongoDB can only handle up to 8-byte ints"), exception.InvalidInput, "8-byte"),
    (bson.errors.InvalidDocument("cannot encode object"), exception.InvalidInput, "encode"),
    (
        pymongo.errors.OperationFailure("Authentication failed.", 18, {"errmsg": "no such user"}),
        exception.DBConnectionError,
        "refused the login to mongomock://localhost/nova: no such user",
    ),
    (
        pymongo.errors.OperationFailure("operation was interrupted", 11602),
        exception.DBConnectionError,
        "unknown whether the call took effect",
    ),
    (
        pymongo.errors.BulkWriteError({"writeErrors": [{"code": 11602, "errmsg": "interrupted"}]}),
        exception.DBConnectionError,
        "unknown whether the call took effect",
    ),
    (
        pymongo.errors.BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": 64}]}),
        exception.DBConnectionError,
        "unknown whether the call took effect",
    ),
    (
        pymongo.errors.BulkWriteError({"writeErrors": [{"code": 2, "errmsg": "bad value"}]}),
        exception.DBError,
        "batch op errors",
    ),
    (pymongo.errors.OperationFailure("bad plan", 2), exception.DBError, "bad plan"),
    (pymongo.errors.CursorNotFound("cursor id 5 not found"), exception.DBError, "cursor id 5"),
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


def test_duplicate_names_table_and_columns():
    with pytest.raises(exception.DBDuplicateEntry) as caught, translated("networks"):
        raise pymongo.errors.DuplicateKeyError("E11000", 11000, DUPLICATE)
    assert (caught.value.table, caught.value.columns) == ("networks", ["vlan", "deleted"])


def test_other_errors_pass_unchanged():
    with pytest.raises(ZeroDivisionError), translated("networks"):
        1 / 0  # noqa: B018
