"""README.md and the guides: their programs print the shown output, their commands run; the options,
make targets and tests that they name exist.

The python blocks of a page are one program; a text block after one is its output. The shell lines
that call nova-docdb are run, each on an empty store.
"""

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt
from oslo_config import cfg

from nova_docdb import testing
from nova_docdb.cli import main
from nova_docdb.config import CONF, register_opts
from nova_docdb.mongo.store import connection
from tests.sql import grizzly

ROOT = Path(__file__).parents[1]

PAGES = ("README.md", "docs/getting-started.md", "docs/schemas.md")
PAGES_ABOUT_SETTINGS = ("docs/selecting.md", "docs/backends.md")
EVERY_PAGE = sorted(
    str(path.relative_to(ROOT)) for path in [ROOT / "README.md", *ROOT.glob("docs/*.md")]
)

CONFIG_FILE = "/etc/nova/nova.conf"
SERVER = "mongodb://localhost/nova"
SQL = "sqlite:////var/lib/nova/nova.sqlite"

TARGETS = set(
    re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
)


def blocks(page):
    """Yield the language and the text of every fenced block of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for token in MarkdownIt().parse(text):
        if token.type == "fence":
            yield token.info.strip(), token.content


def programs(page):
    """Yield the python blocks of a page, each with its required output or None."""
    found = list(blocks(page))
    for (language, code), (after, text) in zip(found, [*found[1:], ("", "")], strict=True):
        if language == "python":
            yield code, text if after == "text" else None


def shell_lines(page):
    """Yield the lines of the shell blocks of a page, without comments and prompts."""
    for language, text in blocks(page):
        if language == "sh":
            for line in text.replace("\\\n", " ").splitlines():
                for command in line.partition(" #")[0].split("&&"):
                    if command.strip():
                        yield command.strip().replace(".venv/bin/nova-docdb", "nova-docdb")


def run(page, replaced):
    """Run the python blocks of a page as one program."""
    names = {}
    for code, wanted in programs(page):
        for old, new in replaced.items():
            code = code.replace(old, new)  # noqa: PLW2901 - the same code, adapted
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, page, "exec"), names)  # noqa: S102 - the page itself
        assert wanted is None or printed.getvalue() == wanted


@pytest.fixture
def sql(tmp_path):
    """The URL of a Grizzly database with one row."""
    url = f"sqlite:///{tmp_path / 'nova.sqlite'}"
    row = {"id": 1, "host": "host1", "topic": "compute", "report_count": 7, "disabled": False}
    grizzly.make(url, {"services": [row]})
    return url


@pytest.fixture
def nothing_set():
    """No option is set, and no connection is open."""
    connection.close()
    CONF.reset()
    yield
    connection.close()
    CONF.reset()


@pytest.mark.parametrize("page", PAGES)
def test_programs_print_the_output_on_the_page(store, page):
    run(page, {})


@pytest.mark.parametrize("page", PAGES_ABOUT_SETTINGS)
def test_programs_about_settings_print_the_output_on_the_page(nothing_set, page, tmp_path):
    file = tmp_path / "nova.conf"
    file.write_text(next(text for language, text in blocks(page) if language == "ini"))
    run(page, {CONFIG_FILE: str(file)})


@pytest.mark.parametrize("page", PAGES)
def test_commands_succeed(store, sql, page):
    for line in shell_lines(page):
        command, *arguments = shlex.split(line.replace(SERVER, store).replace(SQL, sql))
        if command == "nova-docdb":
            testing.clear()
            if "--connection" not in arguments:
                arguments += ["--connection", store]
            result = CliRunner().invoke(main, arguments, catch_exceptions=False)
            assert result.exit_code == 0, f"{line}: {result.output}"


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_commands_exist(page):
    for line in shell_lines(page):
        command, *arguments = shlex.split(line)
        if command == "nova-docdb":
            check_command(arguments)
        elif command == "make":
            assert set(arguments) <= TARGETS


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_options_exist(page, tmp_path):
    for language, text in blocks(page):
        if language == "ini":
            check_options(text, tmp_path / "nova.conf")


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_tests_exist(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"\btests/[\w/]+\.py\b", text))
    assert {path for path in named if not (ROOT / path).exists()} == set()


def check_command(arguments):
    """Resolve a command line to its command, which must have the options."""
    command = main
    while hasattr(command, "commands") and arguments and not arguments[0].startswith("-"):
        name, *arguments = arguments
        command = command.get_command(None, name)
    known = {"--help", *(text for param in command.params for text in param.opts)}
    known |= {text for param in command.params for text in param.secondary_opts}
    assert {text.partition("=")[0] for text in arguments if text.startswith("--")} <= known


def check_options(text, path):
    """Read a configuration file of a page: every option must be registered, every value fit."""
    path.write_text(text)
    conf = cfg.ConfigOpts()
    register_opts(conf)
    conf(["--config-file", str(path)], project="nova_docdb")
    for namespace in conf._namespace._parsed:
        for section, options in namespace.items():
            group = conf if section == "DEFAULT" else conf[section]
            for option in options:
                getattr(group, option)
