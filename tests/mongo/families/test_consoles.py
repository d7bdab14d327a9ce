"""Consoles and console pools beyond the recorded answers."""

import pytest

from nova_docdb import db, exception


def test_console_pool_has_its_address_as_stored(store, nobody):
    assert db.console_pool_create(nobody, {"address": "2001:DB8::0:1"})["address"] == "2001:db8::1"


def test_console_ids_may_be_decimal_text_and_are_never_used_again(store, nobody):
    db.console_create(nobody, {})
    assert db.console_get(nobody, "1")["id"] == 1
    for other in ("one", "1 or 1", None):
        with pytest.raises(exception.ConsoleNotFound):
            db.console_get(nobody, other)
    db.console_delete(nobody, "1")
    assert db.console_create(nobody, {})["id"] == 2
