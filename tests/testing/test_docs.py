"""docs/testing-offline.md and the example project: both run as by a user."""

import os
import re
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
FILES = dict(
    re.findall(
        r"```python\n# (\w+\.py)\n(.*?)```",
        (DOCS / "testing-offline.md").read_text(encoding="utf-8"),
        re.DOTALL,
    )
)
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--color=no")
# How many tests each file of the page has.
PASSED = {
    "test_with_a_simulation.py": 1,
    "test_with_a_trace.py": 1,
    "test_with_an_exploration.py": 2,
    "test_with_pytest.py": 1,
    "test_with_sample_rows.py": 1,
    "test_with_unittest.py": 2,
}


def run(folder, *arguments):
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def write(folder, *names):
    for name in names:
        (folder / name).write_text(FILES[name], encoding="utf-8")


def test_page_contains_the_tested_files():
    assert FILES.keys() == {*PASSED, "conftest.py"}


def test_files_run_under_pytest(tmp_path):
    write(tmp_path, *PASSED)
    assert f"{sum(PASSED.values())} passed" in run(tmp_path, *PYTEST)


def test_recipe_for_unittest_runs_without_pytest(tmp_path):
    write(tmp_path, "test_with_unittest.py")
    assert "Ran 2 tests" in run(tmp_path, "-m", "unittest", "test_with_unittest")


def test_fixture_for_a_server_replaces_that_of_the_plugin(store, tmp_path, monkeypatch):
    monkeypatch.setenv("NOVA_TEST_URL", store)
    write(tmp_path, "conftest.py", "test_with_pytest.py", "test_with_sample_rows.py")
    assert "2 passed" in run(tmp_path, *PYTEST)


def test_example_project_passes_its_own_tests():
    assert re.search(r"^9 passed", run(DOCS / "examples" / "boot", *PYTEST), re.MULTILINE)
