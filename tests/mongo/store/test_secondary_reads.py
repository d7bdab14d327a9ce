"""Which member of a replica set of three answers each call, recorded by a listener."""

import contextlib
import re
from types import SimpleNamespace

import pytest
from pymongo.write_concern import WriteConcern

from nova_docdb import context, db
from nova_docdb.config import CONF
from nova_docdb.db.migration import db_sync
from nova_docdb.mongo.api import *  # noqa: F403 - the families register their functions
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.store.secondary_reads import STALE_READS
from tests import servers
from tests.commands import Listener, listening
from tests.data import load
from tests.db.samples import MOMENT, call
from tests.shards import DOCUMENT, between

READS = {"find", "aggregate", "count", "distinct"}


class Answers(Listener):
    """Records which member received which command."""

    def __init__(self):
        self.commands = []
        self.concerns = []

    def started(self, event):
        self.commands.append((event.command_name, event.connection_id[1]))
        self.concerns.append(event.command.get("readConcern"))

    def nodes(self, function, *args, **kwargs):
        """Return the ports of the members that answered the reads, and the writes, of a call."""
        del self.commands[:], self.concerns[:]
        with contextlib.suppress(Exception):
            function(*args, **kwargs)
        reads = {port for name, port in self.commands if name in READS}
        return reads, {port for name, port in self.commands} - reads


@pytest.fixture(scope="module")
def replica_set():
    servers.require_mongod()
    replica_set = servers.ReplicaSet(3, parent=servers.in_memory())
    answers = Answers()
    try:
        head, _, options = replica_set.start().url.partition("?")
        CONF([], project="nova_docdb", default_config_files=[])
        CONF.set_override("connection", f"{head}nova?{options}", group="mongo")
        with listening(answers):
            db_sync(default_flavors=False)
            primary = replica_set.primary().port
            yield SimpleNamespace(answers=answers, primary=primary)
    finally:
        connection.close()
        CONF.clear_override("connection", group="mongo")
        replica_set.stop()


@pytest.fixture
def answers(replica_set):
    return replica_set.answers


@pytest.fixture
def primary(replica_set):
    return replica_set.primary


@pytest.fixture
def tolerant():
    """A context that tolerates stale reads."""
    return context.RequestContext("user1", "project1", is_admin=True, use_slave=True)


@pytest.mark.parametrize("name", sorted(STALE_READS))
def test_use_slave_reads_lists_and_reports_from_secondaries(answers, primary, tolerant, name):
    reads, writes = answers.nodes(call, name, tolerant)
    assert reads
    assert primary not in reads
    assert not writes


@pytest.mark.parametrize("name", sorted(STALE_READS))
def test_lists_and_reports_are_read_from_the_primary_without_use_slave(
    answers, primary, admin, name
):
    assert answers.nodes(call, name, admin)[0] == {primary}


@pytest.mark.parametrize("name", sorted(load("contract.json").keys() - STALE_READS))
def test_every_other_function_reads_from_the_primary(answers, primary, tolerant, name):
    reads, writes = answers.nodes(call, name, tolerant)
    assert reads | writes <= {primary}


def test_page_lists_the_functions_that_read_from_secondaries():
    named = between(DOCUMENT.read_text(encoding="utf-8"), "may be old")[1]
    assert set(re.findall(r"`(\w+)`", named)) == STALE_READS


def test_counts_that_decide_about_quota_come_from_the_primary(answers, primary, tolerant):
    def count(of, project_id, session=None):
        instances, _cores, _ram = db.instance_data_get_for_project(of, project_id)
        return {"instances": instances}

    resources = {"instances": SimpleNamespace(name="instances", sync=count)}
    limits, deltas = {"instances": 5}, {"instances": 1}
    reads, _writes = answers.nodes(
        db.quota_reserve, tolerant, resources, limits, deltas, MOMENT, None, 0
    )
    assert reads == {primary}


def test_elevated_context_keeps_use_slave(answers, primary):
    user = context.RequestContext("user1", "project1", use_slave=True)
    assert primary not in answers.nodes(db.instance_get_all, user.elevated())[0]


def test_attribute_use_slave_of_any_context_applies(answers, primary, admin):
    admin.__dict__.pop("use_slave")
    assert answers.nodes(db.instance_get_all, admin)[0] == {primary}


@pytest.mark.parametrize("name", sorted(STALE_READS))
def test_lists_from_secondaries_read_one_snapshot(answers, tolerant, name):
    """One secondary answers all commands: another one may not have that snapshot yet."""
    nodes, _writes = answers.nodes(call, name, tolerant)
    assert len(nodes) == 1
    first, *others = answers.concerns
    assert first == {"level": "snapshot"}
    moments = [concern.pop("atClusterTime") for concern in others]
    assert len(set(moments)) <= 1
    assert all(concern == first for concern in others)


def test_row_that_every_member_has_is_found_on_a_secondary(answers, primary, admin, tolerant):
    db.key_pair_create(admin, {"name": "k", "user_id": "u", "public_key": "", "fingerprint": ""})
    # A write that all three members have, and that follows the row.
    waited_for = connection.get_database()["waited_for"]
    waited_for.with_options(write_concern=WriteConcern(w=3)).insert_one({})
    assert [key["name"] for key in db.key_pair_get_all_by_user(tolerant, "u")] == ["k"]


def test_url_chooses_the_secondaries(replica_set, primary, tolerant):
    url = CONF.mongo.connection
    answers = Answers()
    CONF.set_override("connection", f"{url}&readPreference=primaryPreferred", group="mongo")
    try:
        with listening(answers):
            connection.get_database().command("ping")  # the primary is known from now on
            reads, _writes = answers.nodes(db.instance_get_all, tolerant)
    finally:
        CONF.set_override("connection", url, group="mongo")
    assert reads == {primary}


def test_use_slave_is_not_sent_with_a_message(tolerant):
    assert "use_slave" not in tolerant.to_dict()
    assert not context.RequestContext.from_dict(tolerant.to_dict()).use_slave


def test_embedded_store_has_no_secondaries(embedded, tolerant):
    assert db.instance_get_all(tolerant) == []
