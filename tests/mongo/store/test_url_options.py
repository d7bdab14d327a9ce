"""The effects of URL options, for every option of the driver."""

import datetime as dt
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bson.codec_options import DatetimeConversion
from pymongo.common import KW_VALIDATORS, URI_OPTIONS_VALIDATOR_MAP
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import Nearest, ReadPreference

from nova_docdb import db, exception
from nova_docdb.config import CONF
from nova_docdb.mongo.store import connection, url_options
from nova_docdb.mongo.store.url_options import EFFECTS
from tests import quotas, servers

STORES = ("mongod", "replica_set")

CONFIGURATION = Path(__file__).parents[3] / "docs" / "configuration.md"
UUID = "a1b2c3d4-0000-4000-8000-000000000001"

# A value of each option of the driver, with other options that it needs; None if it has no value,
# or if it needs a file or a name server.
VALUES = {
    "appname": "mine",
    "authmechanism": None,
    "authmechanismproperties": None,
    "authsource": "admin",
    "compressors": "zlib",
    "connect": "false",
    "connecttimeoutms": "2000",
    "datetime_conversion": "DATETIME_MS",
    "directconnection": "true",
    "driver": None,
    "enableoverloadretargeting": "true",
    "fsync": "true",
    "heartbeatfrequencyms": "5000",
    "journal": "true",
    "loadbalanced": None,
    "localthresholdms": "20",
    "maxadaptiveretries": "1",
    "maxconnecting": "3",
    "maxidletimems": "60000",
    "maxpoolsize": "7",
    "maxstalenessseconds": "120&readPreference=nearest",
    "minpoolsize": "1",
    "readconcernlevel": "available",
    "readpreference": "secondaryPreferred",
    "readpreferencetags": "dc:east&readPreference=nearest&readPreferenceTags=",
    "replicaset": None,
    "retryreads": "false",
    "retrywrites": "true",
    "server_api": None,
    "servermonitoringmode": "poll",
    "serverselectiontimeoutms": "5000",
    "sockettimeoutms": "5000",
    "srvallowedhostssuffix": None,
    "srvmaxhosts": None,
    "srvservicename": None,
    "ssl": "false",
    "timeoutms": "5000",
    "tls": "false",
    "tlsallowinvalidcertificates": None,
    "tlsallowinvalidhostnames": None,
    "tlscafile": None,
    "tlscertificatekeyfile": None,
    "tlscertificatekeyfilepassword": None,
    "tlscrlfile": None,
    "tlsdisableocspendpointcheck": None,
    "tlsinsecure": None,
    "tz_aware": "true",
    "unicode_decode_error_handler": "replace",
    "uuidrepresentation": "standard",
    "w": "majority",
    "waitqueuemultiple": "5",
    "waitqueuetimeoutms": "5000",
    "wtimeoutms": "5000",
    "zlibcompressionlevel": "3",
}


@pytest.fixture
def connect(store):
    """Connect to the store of the test, or to another URL, with options."""

    def connect(options, url=None):
        connection.close()
        url = url or store
        full = f"{url}{'&' if urlsplit(url).query else '?'}{options}"
        CONF.set_override("connection", full, group="mongo")
        return connection.current()

    yield connect
    connection.close()


NOWHERE = "mongodb://127.0.0.1:1/nova"


@pytest.mark.parametrize("name", sorted(URI_OPTIONS_VALIDATOR_MAP))
def test_option_of_the_driver_is_classified(name):
    assert name in EFFECTS
    assert name in VALUES


def test_only_options_of_the_driver_are_classified():
    """Options that only a program can pass to the driver are never read from a URL."""
    assert EFFECTS.keys() <= URI_OPTIONS_VALIDATOR_MAP.keys()
    assert not EFFECTS.keys() & (KW_VALIDATORS.keys() - URI_OPTIONS_VALIDATOR_MAP.keys())


@pytest.mark.parametrize("name", [name for name, value in VALUES.items() if value is not None])
def test_option_changes_no_type_and_no_guarantee(connect, admin, name):
    opened = connect(f"{name}={VALUES[name]}")
    database = connection.get_database()
    assert database.codec_options == url_options.CODEC_OPTIONS
    assert database.read_preference == ReadPreference.PRIMARY
    assert database.read_concern == ReadConcern("majority")
    concern = database.write_concern.document
    assert {**concern, "w": "majority", "j": True} == concern
    assert opened.limits.seconds

    created = db.instance_create(admin, {"uuid": UUID, "project_id": "p", "metadata": {"a": "b"}})
    assert type(created["created_at"]) is dt.datetime
    assert created["created_at"].tzinfo is None
    assert db.instance_get_by_uuid(admin, UUID)["created_at"] == created["created_at"]
    for _ in range(2):
        assert len(quotas.reserve({"instances": 1}, max_age=quotas.DAY)) == 1
    db.instance_destroy(admin, UUID)
    assert db.instance_get_all(admin) == []


@pytest.mark.parametrize("level", ["local", "available", "majority", "linearizable", "snapshot"])
def test_read_concern_of_the_url_does_not_apply_to_transactions(connect, admin, level):
    connect(f"readConcernLevel={level}")
    db.instance_create(admin, {"uuid": UUID, "project_id": "p"})
    db.instance_destroy(admin, UUID)


@pytest.mark.parametrize("mode", ["primaryPreferred", "secondary", "secondaryPreferred", "nearest"])
def test_read_preference_of_the_url_does_not_apply_to_transactions(connect, admin, mode):
    connect(f"readPreference={mode}&maxStalenessSeconds=120")
    db.instance_create(admin, {"uuid": UUID, "project_id": "p"})
    db.instance_destroy(admin, UUID)


def test_read_preference_chooses_the_secondaries_of_use_slave(connect):
    opened = connect("readPreference=nearest&maxStalenessSeconds=120", NOWHERE)
    assert opened.client.read_preference == Nearest(max_staleness=120)
    with connection.reading_from_secondaries():
        assert connection.get_database().read_preference == Nearest(max_staleness=120)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("datetime_conversion=nonsense", "datetime_conversion"),
        ("driver=x", "driver"),
        ("server_api=1", "server_api"),
        ("maxStalenessSeconds=30&readPreference=nearest", "the least is 90"),
        ("maxStalenessSeconds=120", "maxStalenessSeconds"),
        ("tlsInsecure=true&tls=true", "tlsInsecure=true: an attacker could pose as the server"),
        ("tlsAllowInvalidCertificates=true&tls=true", "allow_weakened_tls"),
        ("tlsAllowInvalidHostnames=true&tls=true", "allow_weakened_tls"),
        ("heartbeatFrequencyMS=1", "heartbeatFrequencyMS"),
        ("unicode_decode_error_handler=x", "decode error handler"),
        ("w=1", "allow_weak_writes"),
        ("w=0", "allow_weak_writes"),
        ("retryWrites=false", "allow_weak_writes"),
        ("journal=false", "allow_weak_writes"),
        ("minPoolSize=5&maxPoolSize=2", "PoolSize"),
        ("nonsense=1", "nonsense"),
    ],
)
def test_option_that_cannot_work_is_refused_in_one_sentence(connect, options, message):
    with pytest.raises(exception.ConfigurationError, match=message) as caught:
        connect(options, "mongodb://u:secret@127.0.0.1:1/nova")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_option_of_a_newer_driver_is_refused(connect, monkeypatch):
    monkeypatch.delitem(EFFECTS, "appname")
    with pytest.raises(exception.ConfigurationError, match="does not support"):
        connect("appname=x", NOWHERE)


def test_unchecked_certificate_must_be_allowed_and_is_logged(connect, caplog):
    CONF.set_override("allow_weakened_tls", True, group="mongo")
    connect("tls=true&tlsInsecure=true", NOWHERE)
    assert "certificate of the MongoDB server is not checked: tlsInsecure=true" in caplog.text


@pytest.mark.parametrize(
    ("options", "seconds", "by_driver"),
    [
        ("", 30, False),
        ("appName=x", 30, False),
        ("timeoutMS=2000", 2, False),
        ("timeoutMS=2000&socketTimeoutMS=500", 2, False),
        ("timeoutMS=0", None, False),
        ("SOCKETTIMEOUTMS=500", 30, True),
        ("serverSelectionTimeoutMS=500", 30, True),
        ("connectTimeoutMS=500", 30, True),
        ("waitQueueTimeoutMS=500", 30, True),
        ("wtimeoutMS=500", 30, True),
    ],
)
def test_timeouts_of_the_url_limit_a_call(connect, options, seconds, by_driver):
    opened = connect(options, NOWHERE)
    assert (opened.limits.seconds, opened.limits.by_driver) == (seconds, by_driver)


def test_timeouts_that_the_url_omits_follow_the_deadline(connect):
    pool = connect("serverSelectionTimeoutMS=500", NOWHERE).client.options.pool_options
    assert (pool.socket_timeout, pool.connect_timeout, pool.wait_queue_timeout) == (10, 10, 30)


def test_wtimeout_of_the_url_applies_to_writes(connect):
    connect("wtimeoutMS=250", NOWHERE)
    assert connection.get_database().write_concern.document["wtimeout"] == 250


def test_conversion_options_of_the_driver_do_not_change_types():
    assert url_options.CODEC_OPTIONS.tz_aware is False
    assert url_options.CODEC_OPTIONS.document_class is dict
    assert url_options.CODEC_OPTIONS.datetime_conversion == DatetimeConversion.DATETIME


@pytest.mark.slow
def test_direct_connection_to_a_secondary_is_refused(connect, admin):
    members = servers.ReplicaSet(nodes=2, parent=servers.in_memory())
    try:
        members.start()
        primary = members.primary()
        (secondary,) = (node for node in members.nodes if node is not primary)
        connect("directConnection=true", f"{primary.url}nova")
        assert db.service_get_all(admin) == []
        connect("directConnection=true", f"{secondary.url}nova")
        with pytest.raises(exception.DBConnectionError, match="not the primary"):
            db.service_get_all(admin)
    finally:
        connection.close()
        members.stop()


def test_page_lists_every_option():
    text = CONFIGURATION.read_text(encoding="utf-8").lower()
    assert [name for name in EFFECTS if f"`{name}`" not in text] == []
