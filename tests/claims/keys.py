"""Every unique key has one live row, for each function that writes it."""

from nova_docdb import db, exception
from nova_docdb.mongo.store import ids
from nova_docdb.mongo.tables.table import table
from nova_docdb.schemas import TABLES
from nova_docdb.schemas.columns import Boolean, DateTime, Float, Integer
from tests.claims.scenario import ADMIN, USER, UUIDS, calls, claim, live, no_two_live, one_wins, won


def unique(function, values, name, *columns):
    def one_row_of_a_key(simulation, faulty):
        outcomes = simulation.run(*calls(function, *[(ADMIN, values)] * 3))
        no_two_live(name, *columns)
        one_wins(outcomes, faulty)

    one_row_of_a_key.__name__ = f"one_{function.__name__}"
    claim(function.__name__)(one_row_of_a_key)


FLAVOR = {"name": "n", "flavorid": "f", "memory_mb": 1, "vcpus": 1}
unique(db.key_pair_create, {"user_id": "u", "name": "k"}, "key_pairs", "user_id", "name")
unique(db.network_create_safe, {"vlan": 7}, "networks", "vlan")
unique(db.floating_ip_create, {"address": "192.0.2.1"}, "floating_ips", "address")
unique(db.instance_type_create, FLAVOR, "instance_types", "name")
unique(db.aggregate_create, {"name": "a"}, "aggregates", "name")
unique(db.security_group_create, {"name": "g"}, "security_groups", "project_id", "name")
unique(db.virtual_interface_create, {"address": "mac"}, "virtual_interfaces", "address")


def a_value(column, number):
    """Return a value that a column can hold."""
    if isinstance(column, DateTime):
        return f"2013-04-0{number + 1}T00:00:00"
    if isinstance(column, Boolean):
        return False
    if isinstance(column, (Integer, Float)):
        return number
    return UUIDS[number]


def declared(name, key):
    """Register a scenario of three rows that differ, but not in a unique key of the table."""
    rows = table(name)
    columns = [c for c in key.columns if c in rows.spec.columns and c != "deleted"]
    private = {c: "same" for c in key.columns if c in rows.spec.private}
    own = {c: column for c, column in rows.spec.columns.items()
           if c not in {"id", "deleted", "created_at", "updated_at", "deleted_at"}}  # fmt: skip

    def values(number):
        return {c: a_value(column, 0 if c in columns else number) for c, column in own.items()}

    def insert(number):
        return rows.insert(values(number), private)

    def one_row_of_a_declared_key(simulation, faulty):
        outcomes = simulation.run(*calls(insert, (1,), (2,), (3,)))
        one_wins(outcomes, faulty)
        for outcome in outcomes:
            if isinstance(outcome.error, exception.DBDuplicateEntry):
                assert set(outcome.error.columns) & {*columns, *private}
        assert len(rows.find(rows.live)) <= 1

    one_row_of_a_declared_key.__name__ = f"unique_{name}_{key.name}"
    claim(sound=False)(one_row_of_a_declared_key)


for table_name, spec in TABLES.items():
    for unique_key in spec.unique_keys:
        declared(table_name, unique_key)


@claim("cell_create")
def no_id_is_allocated_twice(simulation, faulty):
    def create(name):
        ids.forget_block("cells")  # as another process, which has none
        return db.cell_create(ADMIN, {"name": name})["id"]

    outcomes = simulation.run(*calls(create, *((name,) for name in "abcd")))
    allocated = [outcome.value for outcome in won(outcomes)]
    assert len(set(allocated)) == len(allocated)
    assert faulty or len(allocated) == 4


@claim("dnsdomain_register_for_zone", "dnsdomain_register_for_project")
def a_domain_has_one_row(simulation, faulty):
    outcomes = simulation.run(
        lambda: db.dnsdomain_register_for_zone(ADMIN, "example.org", "nova"),
        lambda: db.dnsdomain_register_for_project(ADMIN, "example.org", "acme"),
    )
    rows = live("dns_domains")
    assert len(rows) <= 1
    if not faulty:
        assert len(won(outcomes)) == 2
        assert rows[0]["scope"] in {"public", "private"}


@claim("security_group_ensure_default")
def a_project_gets_one_default_group(simulation, faulty):
    db.security_group_default_rule_create(ADMIN, {"protocol": "tcp"})
    outcomes = simulation.run(*calls(db.security_group_ensure_default, *[(USER,)] * 3))
    no_two_live("security_groups", "project_id", "name")
    for outcome in won(outcomes):
        rules = db.security_group_get(ADMIN, outcome.value[1]["id"])["rules"]
        assert len(rules) == 1
    if not faulty:
        assert sorted(outcome.value[0] for outcome in outcomes) == [False, True, True]
        assert len(live("security_group_rules")) == 1
