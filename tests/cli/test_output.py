"""Tables fit a terminal of any width, never shorten a number, and are plain in a pipe."""

import io

import pytest
from rich.console import Console

from nova_docdb.cli import output

NAME, NUMBER = "security_group_instance_association", 1234567890123


def shown(width=None, rows=((NAME, NUMBER), ("cells", 5))):
    """Return a table as printed to a terminal of this width, or to a pipe."""
    file = io.StringIO()
    if width is None:
        screen = output.Screen(file=file)
    else:
        screen = Console(file=file, width=width, force_terminal=True, no_color=True)
    output.show_rows(screen, ("table", "rows"), rows, "Title")
    return file.getvalue()


@pytest.mark.parametrize("width", [20, 30, 40, 60, 80, 160])
def test_number_is_never_shortened_and_no_line_is_wider_than_the_terminal(width):
    text = shown(width)
    assert str(NUMBER) in text
    assert "…" not in text
    plain = [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in text.splitlines()]
    assert max(len(line) for line in plain if "\x1b" not in line) <= width


def test_pipe_gets_one_plain_line_per_row():
    assert shown() == (
        "Title\n"
        "table                                         rows\n"
        "security_group_instance_association  1234567890123\n"
        "cells                                            5\n"
    )


def test_long_value_is_not_wrapped_in_a_pipe():
    text = shown(rows=(("x" * 5000, 1),))
    assert len(text.splitlines()) == 3


def test_control_characters_are_escaped():
    text = shown(rows=(("a\x1b[2Jb\nc\r\u202e", 1),))
    assert "a\\x1b[2Jb\\nc\\r\\u202e" in text


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (True, "true"), (0, "0"), ({"a": 1}, '{"a": 1}')]
)
def test_value_as_text(value, text):
    assert output.text(value) == text
