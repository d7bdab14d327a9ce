"""Type checkers on a user's file, with an editable install of the package."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

USER = """
from nova_docdb import context, db

admin = context.get_admin_context()
server = db.instance_create(admin, {"hostname": "web"})
name: str = server["name"]
node: int = db.compute_node_get(admin, 1)["stats"][0]["id"]
"""
MISSPELT = USER + 'print(server["hostnmae"])\n'


def mypy(path):
    return [sys.executable, "-m", "mypy", "--strict", "--cache-dir", path.parent / "cache", path]


def pyright(path):
    return [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, path]


def checked(command, text, tmp_path):
    """Return whether a checker accepts a file, and its output."""
    path = tmp_path / "user.py"
    path.write_text(text)
    done = subprocess.run(
        [*map(str, command(path))], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    return done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("checker", [mypy, pyright])
def test_type_checkers_find_a_misspelt_key_of_a_row(checker, tmp_path):
    pytest.importorskip(checker.__name__, reason="the extra [lint] is not installed")
    passed, output = checked(checker, USER, tmp_path)
    assert passed, output
    passed, output = checked(checker, MISSPELT, tmp_path)
    assert not passed
    assert "hostnmae" in output


BOOT = Path(__file__).parents[1] / "docs" / "examples" / "boot"


@pytest.fixture
def boot(tmp_path):
    """A copy of the example project."""
    return shutil.copytree(BOOT, tmp_path / "boot", ignore=shutil.ignore_patterns(".*", "__*"))


def checked_project(command, folder):
    """Return whether a checker accepts a project by its own configuration, and its output."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, check=False, capture_output=True, text=True
    )
    return done.returncode == 0, done.stdout + done.stderr


CHECKERS = (("mypy",), ("pyright", "--pythonpath", sys.executable))


@pytest.mark.slow
@pytest.mark.parametrize("command", CHECKERS, ids=lambda command: command[0])
def test_example_project_is_strictly_typed(command, boot):
    pytest.importorskip(command[0], reason="the extra [lint] is not installed")
    passed, output = checked_project(command, boot)
    assert passed, output


@pytest.mark.slow
@pytest.mark.parametrize("command", CHECKERS, ids=lambda command: command[0])
def test_type_checkers_find_misspelt_keys_of_the_example_project(command, boot):
    pytest.importorskip(command[0], reason="the extra [lint] is not installed")
    text = (boot / "boot.py").read_text()
    text = text.replace('["uuid"]', '["uiud"]').replace('"hostname":', '"hostnmae":')
    (boot / "boot.py").write_text(text)
    passed, output = checked_project(command, boot)
    assert not passed
    if command[0] == "mypy":
        shown = re.findall(r"^boot\.py:\d+: .*$", (boot / "README.md").read_text(), re.MULTILINE)
        assert [line for line in output.splitlines() if line.startswith("boot.py:")] == shown
    assert "uiud" in output
    assert "hostnmae" in output


@pytest.mark.slow
def test_nearly_all_public_names_have_a_type(tmp_path):
    pytest.importorskip("pyright", reason="the extra [lint] is not installed")
    program = shutil.which("pyright", path=str(sys.prefix) + "/bin")
    command = [program, "--verifytypes", "nova_docdb", "--ignoreexternal"]
    environment = {**os.environ, "PATH": f"{sys.prefix}/bin{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, check=False, capture_output=True, text=True
    )
    (score,) = [
        float(line.rpartition(" ")[2].rstrip("%\n"))
        for line in done.stdout.splitlines()
        if "completeness score" in line
    ]
    # The rest are mostly the attributes of ``class Meta``, whose base class declares their types.
    assert score > 93, done.stdout
