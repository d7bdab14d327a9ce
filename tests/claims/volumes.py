"""Volumes, bandwidth, block devices, and the ids of EC2 and S3."""

from datetime import datetime

from nova_docdb import db
from tests.claims.scenario import ADMIN, UUIDS, calls, claim, live, no_two_live, won

MOMENT = datetime(2013, 4, 1)  # noqa: DTZ001 - naive UTC


@claim("bw_usage_update")
def an_interface_and_period_have_one_row(simulation, faulty):
    arguments = [(ADMIN, UUIDS[0], "mac", MOMENT, n, n, n, n) for n in range(3)]
    outcomes = simulation.run(*calls(db.bw_usage_update, *arguments))
    no_two_live("bw_usage_cache", "uuid", "mac", "start_period")
    for row in live("bw_usage_cache"):
        # The counters of one report, never of two.
        assert (
            len({row[f"{kind}_{way}"] for kind in ("bw", "last_ctr") for way in ("in", "out")}) == 1
        )
    assert faulty or len(won(outcomes)) == 3


@claim("vol_usage_update")
def no_count_of_a_volume_is_lost(simulation, faulty):
    arguments = [(ADMIN, "v", n, 0, 0, 0, None, None, True) for n in (1, 10, 100)]
    won(simulation.run(*calls(db.vol_usage_update, *arguments)))
    rows = live("volume_usage_cache")
    assert len(rows) <= 1
    if not faulty:
        assert rows[0]["tot_reads"] == 111


@claim("block_device_mapping_update_or_create")
def an_instance_has_one_swap(simulation, faulty):
    values = [
        {"instance_uuid": UUIDS[0], "device_name": f"vd{n}", "virtual_name": "swap"} for n in "aab"
    ]
    won(
        simulation.run(
            *calls(db.block_device_mapping_update_or_create, *((ADMIN, v) for v in values))
        )
    )
    rows = live("block_device_mapping")
    assert len(rows) <= 1
    assert faulty or len(rows) == 1


def ids_of(function, name):
    def a_uuid_has_one_id(simulation, faulty):
        outcomes = simulation.run(*calls(function, *[(ADMIN, UUIDS[0])] * 3))
        assert len({outcome.value["id"] for outcome in won(outcomes)}) <= 1
        assert faulty or len(live(name)) == 1

    a_uuid_has_one_id.__name__ = f"a_uuid_has_one_id_by_{function.__name__}"
    return claim(function.__name__)(a_uuid_has_one_id)


for create, mappings in (
    (db.ec2_volume_create, "volume_id_mappings"),
    (db.ec2_snapshot_create, "snapshot_id_mappings"),
    (db.ec2_instance_create, "instance_id_mappings"),
):
    ids_of(create, mappings)


@claim("s3_image_create")
def an_image_has_one_id(simulation, faulty):
    won(simulation.run(*calls(db.s3_image_create, *[(ADMIN, UUIDS[0])] * 3)))
    rows = live("s3_images")
    assert len(rows) <= 1
    assert faulty or len(rows) == 1
