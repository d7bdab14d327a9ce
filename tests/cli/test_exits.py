"""The program ends with a documented exit code, never with a traceback."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from nova_docdb.cli import exits, main
from nova_docdb.config import CONF
from nova_docdb.mongo.store import connection

GUIDE = Path(__file__).parents[2] / "docs" / "operating.md"

UNREACHABLE = "mongodb://127.0.0.1:1/n?serverSelectionTimeoutMS=50"


def start(*arguments, code="", **options):
    """Start the program as its script does, after some extra code."""
    program = f"{code}\nfrom nova_docdb.__main__ import run\nrun()"
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(command, text=True, stderr=subprocess.PIPE, **options)


def ended(process):
    """Return the exit code and the output, which must not contain a traceback."""
    printed, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors
    assert "Exception ignored" not in errors
    return process.returncode, printed, errors


def test_guide_and_help_have_the_same_exit_codes():
    text = GUIDE.read_text(encoding="utf-8")
    shown = CliRunner().invoke(main, ["--help"]).output
    for code, meaning in exits.CODES.items():
        assert f"| {code} | {meaning} |" in text
        assert re.search(rf"^ +{code} +{meaning[:30]}", shown, re.MULTILINE)


@pytest.mark.parametrize(
    "command",
    [
        "db status",
        "db check",
        "db sync",
        "db version",
        "db archive",
        "db purge --all",
        "db shard --plan",
        "rows cells",
        "top --once",
        "call cell_get_all",
        "demo --fast",
        "export --to sqlite:////tmp/never.sqlite",
    ],
)
def test_unreachable_server_exits_with_3(command):
    with connection.set_aside():
        result = CliRunner().invoke(main, [*command.split(), "--connection", UNREACHABLE])
    CONF.reset()
    assert (result.exit_code, result.output.count("\n")) == (3, 1)
    assert "No MongoDB server can be reached" in result.output


def test_closed_pipe_is_not_a_failure():
    process = start("call", "--help", stdout=subprocess.PIPE, code="import time; time.sleep(0.3)")
    process.stdout.close()
    process.stdout = None
    assert ended(process) == (exits.PIPE_CLOSED, None, "")


@pytest.mark.parametrize("arguments", [("--help",), ("schema",), ("schema", "--json")], ids=str)
def test_full_disk_is_reported_in_one_sentence(arguments):
    with Path("/dev/full").open("w") as full:
        code, _, errors = ended(start(*arguments, stdout=full))
    assert code == exits.FAILED
    assert errors == "Error: the output cannot be written: No space left on device\n"


def test_character_that_the_terminal_lacks_is_escaped(monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    code = "from nova_docdb.cli import schema\nschema.DESCRIPTIONS['cells'] = 'caf\\u00e9 \\u2603'"
    code, printed, _errors = ended(start("schema", "cells", code=code, stdout=subprocess.PIPE))
    assert code == 0
    assert printed.startswith("cells: caf\\xe9 \\u2603\n")


def test_interrupt_during_imports_prints_one_word():
    # The import after click is slow enough to be interrupted.
    code = "import signal, sys, time; sys.modules['rich'] = None\n"
    # A shell starts background jobs with SIGINT ignored.
    code += "signal.signal(signal.SIGINT, signal.default_int_handler)\nclass Slow:\n"
    code += "    def find_spec(self, name, *_):\n        if name == 'click':\n"
    code += "            print('loading', flush=True); time.sleep(30)\n"
    code += "sys.meta_path.insert(0, Slow())"
    process = start("db", "status", code=code, stdout=subprocess.PIPE)
    assert process.stdout.readline() == "loading\n"
    process.send_signal(signal.SIGINT)
    assert ended(process) == (exits.INTERRUPTED, "", "Interrupted.\n")


def test_version_loads_neither_the_driver_nor_the_commands():
    code = "import atexit, sys\natexit.register(lambda: print(sorted(sys.modules)))"
    _code, printed, _errors = ended(start("--version", code=code, stdout=subprocess.PIPE))
    for module in ("pymongo", "sqlalchemy", "rich", "marshmallow", "oslo_config", "mongomock"):
        assert f"'{module}'" not in printed


def test_status_loads_no_sql():
    code = "import atexit, sys\natexit.register(lambda: print(sorted(sys.modules)))"
    _code, printed, _errors = ended(start("db", "status", code=code, stdout=subprocess.PIPE))
    assert "'pymongo'" in printed
    assert "'sqlalchemy'" not in printed


def test_url_of_the_environment_is_used_and_not_in_the_process_list(monkeypatch):
    monkeypatch.setenv("OS_MONGO__CONNECTION", UNREACHABLE.replace("127", "u:hunter2@127"))
    process = start("db", "status", stdout=subprocess.PIPE)
    time.sleep(0.05)
    assert "hunter2" not in Path(f"/proc/{process.pid}/cmdline").read_text(encoding="utf-8")
    code, _, errors = ended(process)
    assert code == exits.FAILED
    assert "127.0.0.1:1" in errors
    assert "hunter2" not in errors
