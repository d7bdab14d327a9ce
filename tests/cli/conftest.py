"""The command line, run in this process."""

import pytest
from click.testing import CliRunner

from nova_docdb.cli import main
from nova_docdb.config import CONF


@pytest.fixture
def run(store):
    """Run the command line against the store of the test, or against another URL."""
    own = CONF.mongo.connection

    def invoke(*arguments, url=own):
        return CliRunner().invoke(main, [*arguments, "--connection", url], catch_exceptions=False)

    return invoke
