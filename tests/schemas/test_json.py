"""Rows as JSON and back, with the schemas as marshmallow users use them."""

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import EXCLUDE, INCLUDE, ValidationError, fields

from nova_docdb import db
from nova_docdb.schemas import SCHEMAS, columns
from nova_docdb.schemas.instances import Instance
from tests.calls import prepared
from tests.cloud import Cloud

START = datetime(2013, 4, 1)  # noqa: DTZ001 - naive UTC

VALUES = (
    (columns.Boolean, st.booleans()),
    (columns.Integer, st.integers(-(2**31), 2**31 - 1)),
    (columns.IntegerOrText, st.integers(0, 99) | st.sampled_from(["a", "uuid-1"])),
    (columns.Float, st.floats(allow_nan=False, allow_infinity=False)),
    (columns.DateTime, st.integers(0, 10**9).map(lambda n: START + timedelta(milliseconds=n))),
    (columns.IPAddress, st.sampled_from(["10.0.0.1", "fd00::1"])),
    (columns.Cidr, st.sampled_from(["10.0.0.0/8", "fd00::/64"])),
    (columns.Text, st.text(st.characters(codec="utf-8"), max_size=20)),
)


def values_of(column):
    found = next(values for kind, values in VALUES if isinstance(column, kind))
    return found | st.none() if column.nullable else found


def rows_of(schema):
    return st.fixed_dictionaries(
        {name: values_of(column) for name, column in schema.spec().columns.items()}
    )


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.__name__)
def test_row_survives_json(schema):
    @given(rows_of(schema), rows_of(schema))
    def survives(row, other):
        assert schema().loads(schema().dumps(row)) == row
        assert schema(many=True).loads(schema(many=True).dumps([row, other])) == [row, other]
        some = dict(list(row.items())[::2])
        assert schema(partial=True).load(schema().dump(some)) == some
        assert schema().validate(schema().dump(row)) == {}

    survives()


@pytest.mark.parametrize(
    ("function", "relations"),
    [
        ("instance_get", ["info_cache", "metadata", "system_metadata", "security_groups.rules"]),
        ("compute_node_get", ["service", "stats"]),
        ("floating_ip_get", ["fixed_ip.instance"]),
        ("console_get", ["pool"]),
        ("aggregate_get", []),
        ("instance_type_get", []),
        ("security_group_get", ["rules.grantee_group", "instances"]),
    ],
)
def test_row_of_the_api_survives_json_with_its_relations(embedded, function, relations):
    row = prepared(function, Cloud(3))()
    (schema,) = (s for s in SCHEMAS if s.__name__ == SCHEMA_OF[function.rpartition("_get")[0]])
    text = schema(relations=relations).dumps(row)
    assert schema(relations=relations).loads(text) == row


SCHEMA_OF = {
    "instance": "Instance", "compute_node": "ComputeNode", "floating_ip": "FloatingIp",
    "console": "Console", "aggregate": "Aggregate", "instance_type": "InstanceType",
    "security_group": "SecurityGroup",
}  # fmt: skip


def test_times_are_formatted_as_by_novas_rpc():
    dumped = Instance().dump({"created_at": START + timedelta(milliseconds=5)})
    assert dumped == {"created_at": "2013-04-01T00:00:00.005000"}


def test_load_adds_no_key(embedded, admin):
    assert Instance(partial=True).load({"hostname": "web"}) == {"hostname": "web"}
    loaded = Instance().load({"hostname": "web"})
    assert "id" not in loaded
    assert db.instance_create(admin, loaded)["hostname"] == "web"


def test_load_reports_all_errors_of_a_row():
    wrong = {"memory_mb": "much", "launched_at": "yesterday", "locked": 7, "hostname": "web"}
    assert Instance().validate(wrong).keys() == {"memory_mb", "launched_at", "locked"}


def test_column_that_is_not_nullable_is_required():
    (fault,) = (schema for schema in SCHEMAS if schema.__name__ == "InstanceFault")
    assert fault().validate({"instance_uuid": "u"}) == {
        "code": ["Missing data for required field."]
    }


def test_marshmallows_option_unknown_applies():
    row = {"hostname": "web", "color": "red"}
    with pytest.raises(ValidationError, match="color"):
        Instance(partial=True).load(row)
    assert Instance(partial=True, unknown=EXCLUDE).load(row) == {"hostname": "web"}
    assert Instance(partial=True, unknown=INCLUDE).load(row) == row


def test_unknown_relation_is_an_error():
    with pytest.raises(ValueError, match="instances has no relation 'volumes'"):
        Instance(relations=["volumes"])


def test_schema_can_be_extended_by_a_column():
    class Racked(Instance):
        rack = fields.String()

    assert json.loads(Racked().dumps({"hostname": "web", "rack": "r1"})) == {
        "hostname": "web",
        "rack": "r1",
    }
