"""The wheel and the editable install bring schemas and fixtures inside the package."""

import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

IMPORT = """
import importlib.util
import nova_docdb.fixtures, nova_docdb.schemas
assert len(nova_docdb.schemas.TABLES) == 48
assert len(nova_docdb.fixtures.load("default_flavors.json")) == 5
for name in ("schemas", "fixtures"):
    assert importlib.util.find_spec(name) is None, name
"""


def run(*command, cwd):
    subprocess.run([*map(str, command)], cwd=cwd, check=True, capture_output=True, text=True)


def python_of(environment):
    return environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wheel", "editable"])
def test_schemas_and_fixtures_are_installed_inside_the_package(tmp_path, kind):
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    python = python_of(environment)
    if kind == "wheel":
        run(sys.executable, "-m", "build", "--wheel", "-o", tmp_path, ROOT, cwd=tmp_path)
        (wheel,) = tmp_path.glob("*.whl")
        run(python, "-m", "pip", "install", "-q", wheel, cwd=tmp_path)
    else:
        run(python, "-m", "pip", "install", "-q", "-e", ROOT, cwd=tmp_path)
    run(python, "-c", IMPORT, cwd=tmp_path)


@pytest.mark.slow
def test_wheel_is_marked_as_typed_and_has_the_recorded_answers(tmp_path):
    import zipfile

    run(sys.executable, "-m", "build", "--wheel", "-o", tmp_path, ROOT, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "nova_docdb/py.typed" in names
    assert any(name.startswith("nova_docdb/fixtures/recorded/") for name in names)
    assert not any(name.startswith(("schemas/", "fixtures/", "tests/")) for name in names)
