import inspect
import json

import pytest
from click.testing import CliRunner

from nova_docdb import db
from nova_docdb.cli import main
from nova_docdb.cli.arguments import ArgumentError, bind, convert
from nova_docdb.cli.call import FUNCTIONS
from nova_docdb.testing import small_cloud


@pytest.fixture
def call(run):
    """Call a function by hand; return its result."""

    def invoke(*arguments):
        result = run("call", *arguments)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return invoke


def test_every_function_can_be_called_and_has_its_documentation_as_help():
    assert len(FUNCTIONS) == 254
    for name in ("fixed_ip_associate_pool", "instance_update", "quota_reserve", "constraint"):
        shown = CliRunner().invoke(main, ["call", name, "--help"]).output
        assert inspect.getdoc(getattr(db, name)).partition("\n")[0] in shown
        assert f"nova-docdb call {name}" in shown


def test_result_is_json(call, admin):
    cell = call("cell_create", '{"name": "c", "rpc_port": 5672}')
    assert (cell["name"], cell["rpc_port"], cell["deleted_at"]) == ("c", 5672, None)
    assert call("cell_get_all") == [cell]
    assert call("cell_delete", "c") in {None, 1}


def test_arguments_are_passed_by_position_or_by_name(call):
    address = small_cloud()["fixed_ips"][0]
    by_order = call("fixed_ip_get", str(address["id"]), "true")
    assert by_order["network"]["id"] == address["network_id"]
    assert call("fixed_ip_get", f"id={address['id']}", "get_network=true") == by_order


def test_context_is_that_of_an_admin_or_a_user(run, call, admin):
    small_cloud()
    assert len(call("instance_get_all")) == 3
    own = call("instance_get_all", "--user", "u", "--project", "acme")
    assert {row["project_id"] for row in own} == {"acme"}
    refused = run("call", "service_get_all", "--user", "u", "--project", "acme")
    assert (refused.exit_code, refused.output) == (
        3,
        "Error: AdminRequired: User does not have admin privileges\n",
    )
    assert call("service_get_all", "--user", "u", "--project", "p", "--admin")


def test_deleted_rows_are_shown_on_request(run, call, admin):
    uuid = db.instance_create(admin, {})["uuid"]
    db.instance_destroy(admin, uuid)
    assert run("call", "instance_get_by_uuid", uuid).exit_code == 3
    assert call("instance_get_by_uuid", uuid, "--read-deleted", "yes")["uuid"] == uuid


def test_quota_reserve_takes_names_of_resources(call, run, admin):
    limits = ('["cores"]', '{"cores": 10}', '{"cores": 1}', "null", "null", "null", "acme")
    (uuid,) = call("quota_reserve", *limits)
    assert call("reservation_get", uuid)["delta"] == 1
    unknown = run("call", "quota_reserve", '["x"]', *limits[1:])
    assert (unknown.exit_code, "resources can be" in unknown.output) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("fixed_ip_gt", "1"), 2, "Unknown function 'fixed_ip_gt'"),
        (("fixed_ip_get", "one"), 2, "id must be an integer, not 'one'"),
        (("fixed_ip_get",), 2, "missing a required argument: 'id'"),
        (("fixed_ip_get", "1", "true", "2"), 2, "got too many arguments"),
        (("fixed_ip_get", "id=1", "id=2"), 2, "id is given twice"),
        (("fixed_ip_get", "-1"), 3, "FixedIpNotFound: "),
        (("cell_create", "{"), 2, "values must be JSON, not '{'"),
        (("fixed_ip_bulk_create", "[1]"), 3, "InvalidInput: "),
    ],
)
def test_usage_error_is_reported_in_one_sentence(run, arguments, code, message):
    result = run("call", *arguments)
    assert result.exit_code == code
    assert message in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("text", "hint", "value"),
    [
        ("null", int | None, None),
        ("null", str, "null"),
        ("5", int, 5),
        ("-1", int | None, -1),
        ("5", str, "5"),
        ("5", str | int, 5),
        ("no", bool, False),
        ("1.5", float | None, 1.5),
        ('["a"]', list[str], ["a"]),
        ('{"a": 1}', dict[str, int], {"a": 1}),
    ],
)
def test_text_is_converted_by_the_annotation(text, hint, value):
    assert convert("x", text, hint) == value


def test_every_parameter_of_the_contract_can_be_passed():
    for function in FUNCTIONS.values():
        given = {"context": None} if "context" in inspect.signature(function).parameters else {}
        texts = []
        for name, parameter in inspect.signature(function).parameters.items():
            if name not in given and parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD:
                texts.append(_fitting(function, name))
        assert bind(function, texts, **given)


def _fitting(function, name):
    """Return the first text that a parameter takes."""
    for text in ("1", "{}", "true", "text", "2013-10-01"):
        try:
            bind_one = convert(name, text, inspect.get_annotations(function, eval_str=True)[name])
        except ArgumentError:
            continue
        assert bind_one is not None
        return text
    raise AssertionError(f"{function.__name__} takes no text for {name}")


def test_functions_are_found_by_text_or_glob():
    def found(*pattern):
        result = CliRunner().invoke(main, ["functions", *pattern, "--json"])
        return [entry["name"] for entry in json.loads(result.stdout)]

    assert found() == list(FUNCTIONS)
    assert found("cell_*") == [
        "cell_create",
        "cell_delete",
        "cell_get",
        "cell_get_all",
        "cell_update",
    ]
    assert "fixed_ip_associate_pool" in found("free fixed address")
    assert CliRunner().invoke(main, ["functions", "nonsense"]).exit_code == 1
