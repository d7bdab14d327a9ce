"""The commands that each function sends to a server, as listed in ``docs/commands.md``.

If they change, ``pytest tests/test_commands.py --update-generated`` rewrites the list.
"""

from collections import Counter
from pathlib import Path

import pytest

from nova_docdb import testing
from nova_docdb.mongo.store import connection, ids
from nova_docdb.schemas import TABLES
from tests.calls import CALLS, prepared
from tests.cloud import Cloud
from tests.commands import Recorder, kind, listening
from tests.data import load

STORES = ("mongod",)

LIST = Path(__file__).parents[1] / "docs" / "commands.md"

HEAD = """\
# MongoDB commands by function

The commands that each function sends if it succeeds, no other caller competes, and a list has ten
rows. An instance has 5 metadata pairs, 10 system metadata pairs and 2 security groups; a quota call
has 3 resources.

- Longer lists need the same commands, and a `getMore` for what does not fit into one reply. Three
  functions also count which side of a relation has fewer rows.
- Ids are allocated in blocks: an insert is sometimes preceded by a `findAndModify` of `counters`.
- `make generated` writes this list, and `pytest tests/test_commands.py` compares it with the
  commands sent.

| function | commands | which |
| --- | ---: | --- |
"""

# Functions that process rows in batches.
BY_BATCH = {"archive_deleted_rows", "reservation_expire"}
# Functions that follow a relation from the side with fewer rows. From 100 owners on they count both
# sides and then read the keys again: three commands more, and two more counts where both sides
# have 10,000 rows.
BY_SIDE = {"fixed_ip_count_by_project", "fixed_ip_get_by_host", "network_get_all_by_host"}
MORE_BY_SIDE = 3

SIZES = (1, 10, 1000)
# A server's first batch has 101 rows.
ROWS_OF_TWO_BATCHES = 250


@pytest.fixture
def recorder(store):
    with listening(Recorder()) as recorder:
        yield recorder


def sent(recorder, size):
    """Return the commands of every function in a cloud where lists have ``size`` rows."""
    testing.clear()
    cloud = Cloud(size)
    for name, spec in TABLES.items():
        if spec.key == "id":
            ids._lengths[name] = 100 * size
            ids.allocate(name)
    commands = {}
    for name in CALLS:
        call = prepared(name, cloud)
        with recorder.recording() as kept:
            call()
        commands[name] = Counter(map(kind, kept))
    return commands


def test_every_function_has_a_call():
    assert list(CALLS) == list(load("contract.json"))


def test_functions_send_the_commands_that_are_listed(recorder, request):
    lines = []
    for name, commands in sent(recorder, 10).items():
        which = ", ".join(
            f"{count} {command} {collection}" if count > 1 else f"{command} {collection}"
            for (command, collection), count in commands.items()
        )
        lines.append(f"| `{name}` | {commands.total()} | {which} |\n")
    text = HEAD + "".join(lines)
    if request.config.getoption("--update-generated"):
        LIST.write_text(text)
    assert text.splitlines() == LIST.read_text().splitlines()


def test_no_call_leaves_a_cursor_open(recorder):
    """The driver closes such a cursor within a second, with a command in the middle of a call."""
    cloud = Cloud(ROWS_OF_TWO_BATCHES)
    for name in CALLS:
        call = prepared(name, cloud)
        call()
        assert not open_cursors(), name


def open_cursors():
    """Return the cursors that the server keeps open in the database of the tests."""
    database = connection.get_database()
    pipeline = [
        {"$currentOp": {"idleCursors": True, "allUsers": True}},
        {"$match": {"type": "idleCursor", "ns": {"$regex": f"^{database.name}[.]"}}},
    ]
    return list(database.client.admin.aggregate(pipeline))


def test_long_lists_take_no_more_commands_than_short_ones(recorder):
    totals = {}
    for size in SIZES:
        for name, commands in sent(recorder, size).items():
            more = sum(count for (command, _), count in commands.items() if command == "getMore")
            totals.setdefault(name, []).append(commands.total() - more)
    growing = {name: counts for name, counts in totals.items() if len(set(counts)) > 1}
    assert growing.keys() == BY_BATCH | BY_SIDE, growing
    more_by_side = {name: growing[name][-1] - growing[name][0] for name in BY_SIDE}
    assert max(more_by_side.values()) <= MORE_BY_SIDE, more_by_side
