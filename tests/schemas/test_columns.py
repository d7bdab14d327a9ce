"""The values that each column type accepts, compared with the tables of docs/values.md."""

import ast
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from marshmallow import ValidationError

from nova_docdb.schemas import columns

MIDNIGHT = datetime(2013, 4, 1)  # noqa: DTZ001 - naive UTC
PAGE = Path(__file__).parents[2] / "docs" / "values.md"

TYPES = {
    "Integer": columns.Integer(),
    "Float": columns.Float(),
    "Boolean": columns.Boolean(),
    "Text": columns.Text(),
}


def documented():
    """Yield the cells of the page's table: type, value given, value stored or None."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("|")]
    head, _rule, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    for given, *stored in rows:
        for kind, cell in zip(head[1:], stored, strict=True):
            yield kind, ast.literal_eval(given[1:-1]), cell


@pytest.mark.parametrize(("kind", "given", "cell"), list(documented()))
def test_column_stores_values_as_documented(kind, given, cell):
    if cell == "refused":
        with pytest.raises(ValidationError):
            TYPES[kind].read(given)
        assert TYPES[kind].match(given) is columns.NOTHING
    else:
        stored = TYPES[kind].read(given)
        assert repr(stored) == cell.strip("`")
        assert TYPES[kind].match(given) == stored


@pytest.mark.parametrize("text", ["1.0", "1e3", "7.1", "-2"])
@pytest.mark.parametrize("kind", ["Integer", "Float", "Text"])
def test_decimal_is_converted_like_its_text(kind, text):
    assert TYPES[kind].match(Decimal(text)) == TYPES[kind].match(str(Decimal(text)))


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "1e99999", "-1e19"])
def test_decimal_beyond_64_bits_is_not_an_integer(number):
    with pytest.raises(ValidationError):
        columns.integer(Decimal(number))


def test_long_numeric_text_is_refused_quickly():
    for text in ("9" * 10**6, "1e9999", "0." + "0" * 10**6 + "1", "1e-9999"):
        with pytest.raises(ValidationError):
            columns.integer(text)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), Decimal("NaN"), Decimal("sNaN")])
def test_number_without_digits_is_not_text(number):
    with pytest.raises(ValidationError):
        columns.Text().read(number)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (1004000, 1004000),
        ("1.0", 1),
        ("7.1", 7),
        (7.1, 7),
        (Decimal("7.6"), 7),
        ("5.1.0", 5),
        (" 6.1.7601 ", 6),
        ("6.0.0-rc1", 6),
        ("1e3", 1000),
    ],
)
def test_version_is_stored_as_its_leading_number(given, stored):
    assert columns.VersionNumber().read(given) == stored


@pytest.mark.parametrize("given", ["", "v5.1", "x", ".5.1", "5a", "-5.1", [5], b"5.1", None])
def test_version_without_a_leading_number_is_refused(given):
    with pytest.raises(ValidationError):
        columns.VersionNumber().read(given)


@pytest.mark.parametrize(
    "given", [date(2013, 4, 1), MIDNIGHT, "2013-04-01", " 2013-04-01T00:00:00Z "]
)
def test_date_is_stored_as_midnight(given):
    assert columns.DateTime().read(given) == MIDNIGHT


@pytest.mark.parametrize("given", ["", " ", "now", 0, 1.5, True, "2013-02-30"])
def test_number_or_other_text_is_not_a_time(given):
    with pytest.raises(ValidationError):
        columns.DateTime().read(given)


def test_instance_id_of_a_volume_usage_is_an_integer_or_a_uuid():
    column = columns.IntegerOrText()
    assert [column.read(value) for value in (7, "7", "7.0", "7.1", "a-b")] == [
        7,
        7,
        7,
        "7.1",
        "a-b",
    ]
