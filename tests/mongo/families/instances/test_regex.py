"""Regular expressions as filters: the same results on every store, or an error."""

import re
import warnings
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nova_docdb import db, exception
from nova_docdb.config import CONF
from nova_docdb.mongo.store import connection
from nova_docdb.mongo.tables.table import table

NAMES = [
    "web1",
    "WEB2",
    "a.b+c",
    "café 12",
    "ÉCLAIR",
    "two\nlines\n",
    "x{2}",
    "a-b_c",
    "[x]",
    "",
    "$1.50",
    "back\\slash",
    "aab",
    None,
]


@pytest.fixture
def names(store, admin):
    """Create an instance for each name and return those that an expression finds."""
    table("instances").insert_many(
        {"uuid": str(number), "display_name": name} for number, name in enumerate(NAMES)
    )

    def find(expression):
        found = db.instance_get_all_by_filters(
            admin, {"display_name": expression}, "id", "asc", columns_to_join=[]
        )
        return [row["display_name"] for row in found]

    return find


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("web", ["web1"]),
        ("(?i)web", ["web1", "WEB2"]),
        ("(?i)é", ["café 12", "ÉCLAIR"]),
        ("", [name for name in NAMES if name is not None]),
        ("^$", [""]),
        ("é", ["café 12"]),
        (r"^\w+ \d+$", ["café 12"]),
        (r"^\W", ["[x]", "$1.50"]),
        (r"^[\w.-]+$", ["web1", "WEB2", "ÉCLAIR", "a-b_c", "aab"]),
        (r"f\b", []),
        (r"é\b", ["café 12"]),
        ("lines$", ["two\nlines\n"]),
        ("o$", []),
        ("two.lines", []),
        (r"two\slines", ["two\nlines\n"]),
        ("x{2}", []),
        (r"x\{2\}", ["x{2}"]),
        ("a{2}b", ["aab"]),
        ("{", ["x{2}"]),
        ("[]]", ["[x]"]),
        (r"[\[\]]", ["[x]"]),
        ("^(web|a)[12.]", ["web1", "a.b+c"]),
        ("web(?=1)", ["web1"]),
        ("(?<!w)eb", []),
        (r"\$\d\.", ["$1.50"]),
        ("$1", []),
        (r"\\", ["back\\slash"]),
        (r"\x41|\x57", ["WEB2", "ÉCLAIR"]),
        ("None", []),
        ("^.*$", [name for name in NAMES if name not in (None, "two\nlines\n")]),
    ],
)
def test_expression_matches_as_in_python(names, expression, found):
    assert names(expression) == found
    by_python = [n for n in NAMES if n is not None and re.search(expression, n)]
    assert found == by_python


# Special characters next to plain ones.
EXPRESSIONS = st.text(r"aabe1é \w\d.*+?^$|()[]{}-,2:=!<Zvbsin" + "\n", max_size=8)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(expression=EXPRESSIONS)
def test_any_expression_matches_as_in_python_or_is_refused(names, expression):
    try:
        found = names(expression)
    except exception.InvalidInput:
        return
    assert found == [name for name in NAMES if name is not None and re.search(expression, name)]


# The text of a value


@pytest.fixture
def one(store, admin):
    """Create an instance and return whether a filter finds it."""
    table("instances").insert(
        {
            "memory_mb": 512,
            "locked": True,
            "auto_disk_config": False,
            "launched_at": datetime(2013, 4, 1, 12, 0, 5, 7000),  # noqa: DTZ001 - naive UTC
            "scheduled_at": datetime(2013, 4, 1),  # noqa: DTZ001 - naive UTC
            "access_ip_v6": "2001:db8:0:0::1",
        }
    )
    return lambda **filters: len(db.instance_get_all_by_filters(admin, filters)) == 1


@pytest.mark.parametrize(
    ("column", "expression"),
    [
        ("memory_mb", 512),
        ("memory_mb", "^5.2$"),
        ("memory_mb", "12"),
        ("id", 1),
        ("locked", "^1$"),
        ("auto_disk_config", 0),
        ("launched_at", r"^2013-04-01 12:00:05\.007000$"),
        ("launched_at", datetime(2013, 4, 1, 12, 0, 5, 7000)),  # noqa: DTZ001 - naive UTC
        ("scheduled_at", "^2013-04-01 00:00:00.000000$"),
        ("access_ip_v6", "^2001:db8::1$"),
    ],
)
def test_text_of_a_value_is_that_of_sql(one, column, expression):
    assert one(**{column: expression})


@pytest.mark.parametrize(
    ("column", "expression"),
    [("memory_mb", "^51$"), ("locked", "0"), ("launched_at", "T"), ("vcpus", "."), ("host", ".*")],
)
def test_other_text_is_not_found(one, column, expression):
    assert not one(**{column: expression})


@pytest.mark.parametrize("column", ["vcpus", "host", "terminated_at", "config_drive"])
def test_none_finds_rows_without_a_value(one, column):
    assert one(**{column: None})


@pytest.mark.parametrize("column", ["memory_mb", "locked", "launched_at", "access_ip_v6"])
def test_none_does_not_find_rows_with_a_value(one, column):
    assert not one(**{column: None})


# Refusals


@pytest.mark.parametrize("value", [[["h1"]], {}, {"$gt": ""}, b"h1", [b"h1"]])
def test_value_that_is_not_a_single_expression_is_refused(one, value):
    with pytest.raises(exception.InvalidInput, match="host"):
        one(host=value)


@pytest.mark.parametrize(
    "expression",
    [
        r"a\Z",
        r"\v",
        r"\u00e9",
        "[[:alpha:]]",
        "[[a]",
        "a{,3}",
        "a{70000}",
        r"(a)\1",
        "(?P<x>a)",
        "(?x)a b",
        "(?s).",
        "(?#a)b",
        "a\0b",
    ],
)
def test_expression_that_python_and_the_server_interpret_differently_is_refused(names, expression):
    with pytest.raises(exception.InvalidInput, match="same meaning"):
        names(expression)


@pytest.mark.parametrize("expression", ["(" * 300 + ")" * 300, "x" * 1001, "((a{999}){999}){999}"])
def test_too_large_expression_is_refused_or_finds_nothing(names, expression):
    try:
        assert names(expression) in ([], [name for name in NAMES if name is not None])
    except exception.InvalidInput:
        return


@pytest.mark.parametrize("expression", ["[[a]", "[a--b]", "[a&&b]", "[a~~b]", "[a||b]", "[a[b]"])
def test_class_that_python_warns_about_is_refused(names, expression):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(exception.InvalidInput, match="same meaning"):
            names(expression)


@pytest.mark.parametrize(
    "expression",
    [
        r"^([0-9]{1,3}\.){3}[0-9]{1,3}$",
        r"^((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)$",
        "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        ".*web.*db.*",
        ".*1.*2.*3.*a.*",
        r".*?web\.*",
        "web|.*1",
        "(?i).*WEB.*",
        "^(" + "|".join(f"host{n}" for n in range(100)) + ")$",
        "(ab)+",
        r"a+?\d*?",
    ],
)
def test_everyday_expression_is_accepted(names, expression):
    assert names(expression) == [n for n in NAMES if n is not None and re.search(expression, n)]


SLOW = ["(a|a)*[bc]", "a*?a*?a*?[bc]", "(.*a){20}[bc]", "a*a*a*a*[bc]"]


@pytest.mark.parametrize("expression", SLOW)
def test_server_does_not_search_longer_than_the_limit(store, admin, expression):
    if connection.is_embedded():
        pytest.skip("nothing bounds a search in the embedded store")
    table("instances").insert_many(
        {"uuid": str(n), "display_name": "a" * 255, "hostname": "vm"} for n in range(50)
    )
    CONF.set_override("regex_timeout_ms", 20, group="mongo")
    with pytest.raises(exception.InvalidInput, match="regex|limit"):
        db.instance_get_all_by_filters(admin, {"display_name": expression})
    assert len(db.instance_get_all_by_filters(admin, {"hostname": "^v"})) == 50


def test_error_of_a_slow_search_names_the_option(store, admin):
    if connection.is_embedded():
        pytest.skip("nothing bounds a search in the embedded store")
    table("instances").insert_many({"uuid": str(n), "display_name": "a" * 255} for n in range(50))
    CONF.set_override("regex_timeout_ms", 20, group="mongo")
    for filters in ({}, {"metadata": {"k": "v"}}):
        with pytest.raises(exception.InvalidInput, match="regex_timeout_ms"):
            db.instance_get_all_by_filters(admin, {"display_name": "a*?a*?a*?[bc]", **filters})


def test_text_is_searched_to_its_end(store, admin):
    table("instances").insert({"user_data": "a" * 70_000 + "b", "uuid": "u"})
    assert len(db.instance_get_all_by_filters(admin, {"user_data": "ab$"})) == 1
