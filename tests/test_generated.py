"""Generated files are up to date."""

import pytest

from tests.generated.files import FILES, ROOT


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_generated_file_is_current(path):
    assert path.read_text(encoding="utf-8") == FILES[path](), 'out of date: run "make generated"'
