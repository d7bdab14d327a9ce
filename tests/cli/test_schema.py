import json

import pytest
from click.testing import CliRunner

from nova_docdb.cli import main
from nova_docdb.schemas import TABLES


def schema(*arguments):
    result = CliRunner().invoke(main, ["schema", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_tables_are_listed():
    assert schema().splitlines()[-1] == "48 tables."
    assert all(name in schema() for name in TABLES)


def test_table_has_its_columns_indexes_and_relations():
    text = schema("fixed_ips")
    for message in ("instance_uuid", "String(36)", "address_deleted", "floating_ips", "uuid = "):
        assert message in text


@pytest.mark.parametrize("name", TABLES)
def test_json_schema_has_every_column_with_its_type(name):
    found = json.loads(schema(name, "--json"))
    assert found["required"] == list(TABLES[name].columns)
    assert all("type" in found["properties"][column] for column in TABLES[name].columns)
    assert found["description"]


def test_json_schema_of_all_tables_has_a_definition_for_each():
    assert json.loads(schema("--json"))["$defs"].keys() == TABLES.keys()
