"""Consoles and console pools beyond the recorded answers."""

import pytest

from nova_docdb import db, exception


def test_console_pool_has_its_address_as_stored(store, anonymous):
    assert (
        db.console_pool_create(anonymous, {"address": "2001:DB8::0:1"})["address"] == "2001:db8::1"
    )


def test_console_ids_may_be_decimal_text_and_are_never_used_again(store, anonymous):
    db.console_create(anonymous, {})
    assert db.console_get(anonymous, "1")["id"] == 1
    for other in ("one", "1 or 1", None):
        with pytest.raises(exception.ConsoleNotFound):
            db.console_get(anonymous, other)
    db.console_delete(anonymous, "1")
    assert db.console_create(anonymous, {})["id"] == 2
