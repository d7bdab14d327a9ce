import pickle

import pytest

from nova_docdb import db, exception
from nova_docdb.config import CONF
from tests.data import load

RECORDED = load("exceptions.json")


@pytest.mark.parametrize("name", RECORDED)
def test_class_has_the_base_message_and_code_of_the_reference(name):
    wanted = RECORDED[name]
    home = db if name in {"NoMoreNetworks", "NoMoreTargets"} else exception
    found = getattr(home, name)
    assert found.__base__.__name__ == wanted["base"]
    if wanted["message"] is not None:
        assert found.message == wanted["message"]
    if wanted["code"] is not None:
        assert found.code == wanted["code"]


def test_keywords_fill_the_template_and_stay_in_kwargs():
    error = exception.InstanceNotFound(instance_id=7)
    assert str(error) == "Instance 7 could not be found."
    assert error.kwargs == {"instance_id": 7, "code": 404}
    assert error.format_message() == str(error)


def test_given_code_is_kept():
    assert exception.NotFound(code=410).kwargs["code"] == 410


def test_template_that_cannot_be_formatted_is_used_as_it_is():
    assert str(exception.InstanceNotFound()) == "Instance %(instance_id)s could not be found."


def test_template_that_cannot_be_formatted_raises_if_configured():
    CONF.set_override("fatal_exception_format_errors", True)
    try:
        with pytest.raises(KeyError):
            exception.InstanceNotFound()
    finally:
        CONF.clear_override("fatal_exception_format_errors")


def test_given_message_replaces_the_template():
    assert str(exception.NotFound("gone for good")) == "gone for good"


def test_remote_exception_shows_its_first_argument():
    class NotFound_Remote(exception.NotFound):  # noqa: N801 - the name is the point
        pass

    assert NotFound_Remote("from afar").format_message() == "from afar"


def test_exceptions_can_be_pickled():
    error = pickle.loads(pickle.dumps(exception.OverQuota(overs=["cores"])))  # noqa: S301
    assert error.kwargs["overs"] == ["cores"]


def test_duplicate_entry_names_table_and_columns():
    error = exception.DBDuplicateEntry(["vlan", "deleted"], "E11000", "networks")
    assert (error.table, error.columns, str(error)) == ("networks", ["vlan", "deleted"], "E11000")
