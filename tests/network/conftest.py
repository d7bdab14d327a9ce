"""A replica set behind proxies."""

from pathlib import Path

import pytest

from tests import servers
from tests.network.cluster import Cluster


@pytest.fixture(scope="module")
def cluster():
    servers.require_mongod()
    if not Path("/proc/net/tcp").exists():
        pytest.skip("/proc is needed to identify clients")
    with Cluster() as cluster:
        yield cluster
