"""What a type checker says of a user's file, with the package installed as a contributor has it."""

import os
import shutil
import subprocess
import sys

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
    """Return whether a checker accepts a file, and what it says."""
    path = tmp_path / "user.py"
    path.write_text(text)
    done = subprocess.run(
        [*map(str, command(path))], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    return done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("checker", [mypy, pyright])
def test_misspelt_key_of_a_row_is_found(checker, tmp_path):
    pytest.importorskip(checker.__name__, reason="the extra [lint] is not installed")
    passed, said = checked(checker, USER, tmp_path)
    assert passed, said
    passed, said = checked(checker, MISSPELT, tmp_path)
    assert not passed
    assert "hostnmae" in said


@pytest.mark.slow
def test_most_public_names_have_a_type(tmp_path):
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
    assert score > 95, done.stdout
