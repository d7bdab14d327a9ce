"""Under eventlet's monkey patching, as Nova's services run."""

import subprocess
import sys

import pytest

from nova_docdb.config import CONF

pytest.importorskip("eventlet")

PROGRAM = """
import sys
import eventlet
eventlet.monkey_patch()
from nova_docdb import context, db
from nova_docdb.config import CONF

CONF([], project="nova_docdb", default_config_files=[])
CONF.set_override("connection", sys.argv[1], group="mongo")
admin = context.get_admin_context()
rows = [{"address": f"10.1.0.{n}", "network_id": 7} for n in range(20)]
db.fixed_ip_bulk_create(admin, rows)
pool = eventlet.GreenPool(20)
uuids = [f"{n:08d}-0000-4000-8000-000000000000" for n in range(20)]
taken = list(pool.imap(lambda uuid: db.fixed_ip_associate_pool(admin, 7, uuid), uuids))
assert len(set(taken)) == 20, taken
print("done")
"""


def test_green_threads_share_a_pool(store):
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, CONF.mongo.connection]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "done\n", done.stderr[-2000:]
