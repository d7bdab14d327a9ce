from datetime import datetime

import pytest

from nova_docdb import db, exception
from nova_docdb.mongo.store import connection
from tests.threads import COUNT, at_once, kinds


def test_concurrent_first_registrations_create_one_row(store, admin):
    register = db.dnsdomain_register_for_zone
    found = at_once(*(lambda n=n: register(admin, "d.example", f"z{n}") for n in range(COUNT)))
    assert kinds(found) == {"NoneType": COUNT}
    assert db.dnsdomain_list(admin) == ["d.example"]


def test_public_domain_keeps_its_zone(store, admin):
    db.dnsdomain_register_for_zone(admin, "d.example", "zone")
    db.dnsdomain_register_for_project(admin, "d.example", "project")
    found = db.dnsdomain_get(admin, "d.example")
    assert (found["scope"], found["availability_zone"], found["project_id"]) == (
        "public",
        "zone",
        "project",
    )


def test_domain_without_a_name_is_refused(store, admin):
    for register in (db.dnsdomain_register_for_zone, db.dnsdomain_register_for_project):
        with pytest.raises(exception.DBError, match=r"dns_domains\.domain may not be empty"):
            register(admin, None, "x")
    assert db.dnsdomain_list(admin) == []


def test_domains_are_listed_by_creation_then_by_name(store, admin):
    for number, domain in enumerate(("b.example", "a.example", "d.example", "c.example")):
        db.dnsdomain_register_for_zone(admin, domain, "zone")
        created = datetime(2013, 4, 1 + number // 2)  # noqa: DTZ001 - naive UTC
        set_created(domain, created)
    db.dnsdomain_register_for_zone(admin, "z.example", "zone")
    set_created("z.example", None)
    assert db.dnsdomain_list(admin) == [
        "z.example",
        "a.example",
        "b.example",
        "c.example",
        "d.example",
    ]


def set_created(domain, moment):
    domains = connection.get_database()["dns_domains"]
    domains.update_one({"_id": domain}, {"$set": {"created_at": moment}})
