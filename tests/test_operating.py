"""The commands of the operating guide run, and it documents every option and exit code."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from nova_docdb.cli import main
from nova_docdb.cli.archiving import archive
from nova_docdb.config import CONF

GUIDE = (Path(__file__).parents[1] / "docs" / "operating.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
COMMANDS = [line.strip() for block in BLOCKS for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("command", COMMANDS)
def test_command_of_the_guide_runs(store, tmp_path, command):
    config = tmp_path / "nova.conf"
    config.write_text(f"[mongo]\nconnection = {CONF.mongo.connection}\n", encoding="utf-8")
    CONF.clear_override("connection", group="mongo")
    program, *arguments = shlex.split(command.replace("/etc/nova/nova.conf", str(config)))
    assert program == "nova-docdb"
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output


def test_guide_documents_every_option_of_the_archive():
    options = {max(option.opts, key=len) for option in archive.params if option.opts}
    shared = {"--connection", "--config-file", "--verbose", "--quiet", "--log-file", "--max_rows"}
    for option in options - shared:
        assert f"`{option}" in GUIDE
