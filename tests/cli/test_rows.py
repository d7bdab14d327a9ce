import csv
import io
import json

import pytest

from nova_docdb import db
from nova_docdb.mongo.admin import browse
from nova_docdb.schemas import TABLES
from nova_docdb.testing import small_cloud


@pytest.fixture
def cells(store, admin):
    """Three live cells, one deleted and one archived, all with a password."""
    for name in ("archived", "deleted", "a", "b", "c"):
        db.cell_create(admin, {"name": name, "password": "hunter2", "is_parent": name == "a"})
    db.cell_delete(admin, "archived")
    db.archive_deleted_rows(admin)
    db.cell_delete(admin, "deleted")


def names(run, *arguments):
    result = run("rows", "cells", *arguments, "--json")
    assert result.exit_code == 0, result.output
    return [row["name"] for row in json.loads(result.stdout)]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ((), ["a", "b", "c"]),
        (("--deleted",), ["deleted"]),
        (("--archived",), ["archived"]),
        (("--where", "name=b"), ["b"]),
        (("--where", "is_parent=true"), ["a"]),
        (("--where", "rpc_port=", "--where", "name=c"), ["c"]),
        (("--where", "api_url=", "--limit", "2"), ["a", "b"]),
        (("--where", "id=4"), ["b"]),
        (("--where", 'name={"$ne": null}'), []),
        (("--limit", "0"), ["a", "b", "c"]),
    ],
    ids=str,
)
def test_rows_are_selected_by_the_options(run, cells, arguments, found):
    assert names(run, *arguments) == found


def test_password_is_masked_by_default(run, cells):
    for form in ((), ("--json",), ("--csv",), ("--columns", "password"), ("--archived",)):
        assert "hunter2" not in run("rows", "cells", *form).output
    assert "hunter2" in run("rows", "cells", "--show-secrets").output


def test_part_of_an_encrypted_password_is_masked(run, admin):
    values = {"system_metadata": {"password_0": "abc", "image_os": "linux"}}
    db.instance_create(admin, values)
    rows = json.loads(run("rows", "instance_system_metadata", "--json").stdout)
    assert {row["key"]: row["value"] for row in rows} == {"password_0": "***", "image_os": "linux"}


def test_every_secret_column_exists():
    for name, columns in browse.SECRET_COLUMNS.items():
        assert columns <= TABLES[name].columns.keys()


def test_csv_has_every_column_and_a_chosen_order(run, cells):
    rows = list(csv.DictReader(io.StringIO(run("rows", "cells", "--csv").stdout)))
    assert rows[0].keys() == TABLES["cells"].columns.keys()
    assert (
        run("rows", "cells", "--csv", "--columns", "name,id").stdout == "name,id\na,3\nb,4\nc,5\n"
    )


def test_more_rows_than_shown_are_announced(run, cells):
    shown = run("rows", "cells", "--limit", "2").output
    assert shown.endswith("2 live rows; more exist: use --limit 20.\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rows", "clls"), "unknown table 'clls'"),
        (("rows", "cells", "--where", "name"), "write column=value"),
        (("rows", "cells", "--where", "color=red"), "cells has no column 'color'"),
        (("rows", "cells", "--where", "id=red"), "cells.id is not"),
        (("rows", "cells", "--columns", "color"), "Unknown column 'color'"),
        (("rows", "cells", "--deleted", "--archived"), "one of --deleted and --archived"),
        (("rows", "security_group_default_rules", "--archived"), "are not archived"),
    ],
)
def test_usage_error_exits_with_2_and_names_the_error(run, cells, arguments, message):
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.output


def test_every_table_is_shown(run):
    small_cloud()
    for name in TABLES:
        assert run("rows", name, "--limit", "1").exit_code == 0
