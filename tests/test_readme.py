"""The README's example runs, and prints what the README says."""

import re
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_library_example_prints_what_it_says(store, capsys):
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL).group(1)
    said = re.search(r"prints `([^`]+)`", README).group(1)
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - the example itself
    assert capsys.readouterr().out.strip() == said
