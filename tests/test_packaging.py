"""The distributions have what they need, and schemas and fixtures are inside the package."""

import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

IMPORT = """
import importlib.util
import nova_docdb.data, nova_docdb.fixtures, nova_docdb.schemas
assert len(nova_docdb.schemas.TABLES) == 48
assert len(nova_docdb.data.load("default_flavors.json")) == 5
for name in ("schemas", "fixtures"):
    assert importlib.util.find_spec(name) is None, name
"""


NOT_SOURCE = shutil.ignore_patterns(".*", "build", "dist", "_build", "__pycache__", "*.egg-info")


def run(*command, cwd):
    command = [*map(str, command)]
    finished = subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def programs_of(environment):
    return environment / ("Scripts" if sys.platform == "win32" else "bin")


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the source: setuptools writes into the tree that it builds from or links to."""
    return shutil.copytree(ROOT, tmp_path_factory.mktemp("tree") / "nova_docdb", ignore=NOT_SOURCE)


@pytest.fixture(scope="module")
def built(tree, tmp_path_factory):
    """The source distribution, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "-o", folder, tree, cwd=folder)
    (source,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return source, wheel


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wheel", "editable"])
def test_installed_package_imports_and_runs_the_demo(built, tree, tmp_path, kind):
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    programs = programs_of(environment)
    what = [built[1]] if kind == "wheel" else ["-e", tree]
    run(programs / "python", "-m", "pip", "install", "-q", *what, cwd=tmp_path)
    run(programs / "python", "-c", IMPORT, cwd=tmp_path)
    run(programs / "nova-docdb", "demo", cwd=tmp_path)


@pytest.mark.slow
def test_wheel_is_marked_as_typed_and_has_no_data_of_the_tests(built):
    names = zipfile.ZipFile(built[1]).namelist()
    assert "nova_docdb/py.typed" in names
    assert not any("recorded" in name for name in names)
    assert built[1].stat().st_size < 1_000_000
    assert "nova_docdb/fixtures/small_cloud.json" in names
    # Packages are listed one by one in pyproject.toml.
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / "nova_docdb").rglob("*.py")}
    assert sources <= set(names)
    assert not any(name.startswith(("schemas/", "fixtures/", "tests/", "docs/")) for name in names)


@pytest.mark.slow
def test_source_distribution_can_be_tested_and_documented(built):
    with tarfile.open(built[0]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"Makefile", "CHANGELOG.md", "LICENSE", "README.md", "docs/conf.py"}
    wanted |= {"fixtures/contract.json", "fixtures/recorded/cells/cells.json"}
    wanted |= {"tests/conftest.py", "docs/examples/readonly_backend/pyproject.toml"}
    assert wanted <= names
    assert not any("__pycache__" in name or name.startswith("docs/_build") for name in names)


@pytest.mark.slow
def test_tests_of_an_unpacked_source_distribution_collect(built, tmp_path):
    with tarfile.open(built[0]) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.glob("nova_docdb-*")
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    programs = programs_of(environment)
    run(programs / "python", "-m", "pip", "install", "-q", ".[test]", cwd=unpacked)
    run(programs / "pytest", "--collect-only", "-q", cwd=unpacked)
