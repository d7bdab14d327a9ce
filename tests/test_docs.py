"""Everything public is documented: functions, exceptions, options, commands and modules.

The default run checks the sources. The slow run builds the site, with warnings as errors, and
checks that it has every name.
"""

import inspect
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import click
import pytest

from nova_docdb import config, db, exception
from nova_docdb.cli import main
from nova_docdb.db import api
from tests.data import load

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"

FUNCTIONS = [name for name in api.__all__ if inspect.isfunction(getattr(db, name))]
EXCEPTIONS = [
    name
    for name, found in vars(exception).items()
    if inspect.isclass(found) and issubclass(found, Exception)
]
# Every function can raise errors of the store or its configuration.
RAISED_ANYWHERE = {
    "BackendNotFound",
    "DBConnectionError",
    "DBDeadlock",
    "DBNotAuthorized",
    "DBRowError",
}
WHO_MAY_CALL = {
    "admin_only": ":raises AdminRequired: if the context is not an admin's",
    "any_context": ":raises NotAuthorized: if the context is neither a user's nor an admin's",
    "unchecked": "The context is not checked",
}
FAMILIES = [page for page in sorted(DOCS.glob("api/*.md")) if "autofunction" in page.read_text()]


def on_page(page):
    text = page.read_text(encoding="utf-8")
    return re.findall(r"^\.\. autofunction:: (\w+)$", text, re.MULTILINE)


def documentation(name):
    return inspect.getdoc(getattr(db, name))


def raised_by(name):
    """Return the functions that are documented to raise an exception."""
    return {function for function in FUNCTIONS if f"\n:raises {name}:" in documentation(function)}


def commands(command=main, path="nova-docdb"):
    """Yield every command and group with its path."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{path} {name}")


WITHOUT_A_STORE = {"nova-docdb functions", "nova-docdb schema"}


# The sources


def test_every_function_is_on_the_page_of_one_family_in_order():
    pages = [on_page(page) for page in FAMILIES]
    assert sorted(name for page in pages for name in page) == FUNCTIONS == sorted(FUNCTIONS)
    for page in pages:
        assert page == sorted(page)


def test_all_functions_are_listed_in_the_references_order():
    text = (DOCS / "api" / "functions.md").read_text(encoding="utf-8")
    assert re.findall(r"^   (\w+)$", text, re.MULTILINE) == FUNCTIONS


def title(name):
    return (DOCS / "api" / f"{name}.md").read_text(encoding="utf-8").partition("\n")[0]


def test_every_family_is_listed_in_one_group_by_its_title():
    text = (DOCS / "api" / "index.md").read_text(encoding="utf-8")
    _all, *groups = [
        re.findall(r"^(\w+)$", group, re.MULTILINE) for group in text.split("```{toctree}")[1:]
    ]
    assert sorted(name for group in groups for name in group) == [page.stem for page in FAMILIES]
    for group in groups:
        assert group == sorted(group, key=title)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_documentation_of_a_function_is_not_empty(name):
    text = documentation(name)
    summary = text.partition("\n\n")[0]
    assert summary.endswith(".")
    assert len(summary.split()) >= 3
    fields = re.findall(r"^:(?:param \w+|returns|raises \w+):(.*)$", text, re.MULTILINE)
    assert all(text.strip() for text in fields)


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"constraint", "equal_any", "not_equal"}))
def test_documentation_of_a_function_says_who_may_call(name):
    text = " ".join(documentation(name).split())
    who = next(who for who, names in load("callers.json").items() if name in names)
    assert WHO_MAY_CALL[who] in text


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_exception_names_the_functions_that_raise_it(name):
    found = getattr(exception, name)
    text = " ".join(vars(found)["__doc__"].split())
    raisers = raised_by(name)
    match = re.match(
        r"(?:Raised by several functions\. )?Raised by (.*?)(?: when| for|;|:|\.)", text
    )
    if match and (named := set(re.findall(r"\w+_\w+", match.group(1)))):
        assert named == raisers
    if not raisers and not found.__subclasses__() and name not in RAISED_ANYWHERE:
        assert "no function raises it" in text


@pytest.mark.parametrize(("path", "command"), list(commands()), ids=str)
def test_command_and_its_options_have_help_and_an_example(path, command):
    assert command.help
    options = [param for param in command.params if isinstance(param, click.Option)]
    for option in options:
        assert option.help, f"{path} {option.opts}"
    if not isinstance(command, click.Group):
        assert path in command.help.partition("Example")[2]
        named = {name for option in options for name in option.opts}
        assert path in WITHOUT_A_STORE or {"--connection", "--config-file"} <= named


def test_every_make_target_is_in_the_guide_to_contributing():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = (DOCS / "contributing.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+|\S+/ready):.*## ", makefile, re.MULTILINE))
    for target in targets - {"help"}:
        assert f"| `make {target}` |" in text


def modules_listed():
    """Return the modules in the layout of docs/architecture.md, by their folder."""
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    listed, path = defaultdict(set), []
    layout = text.partition("## Layout")[2]
    for line in layout.split("```\n")[1].splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        if folder := re.match(r" *(\w+)/", line):
            path[depth:] = [folder[1]]
        elif module := re.match(r" *(\w+)\.py ", line):
            listed["/".join(path[:depth])].add(module[1])
    return listed


# Their modules are listed as <family>.py.
FAMILY_FOLDERS = {"nova_docdb/db", "nova_docdb/mongo/families"}
FOLDERS = sorted({str(path.parent.relative_to(ROOT)) for path in ROOT.glob("nova_docdb/**/*.py")})


@pytest.mark.parametrize("folder", FOLDERS)
def test_architecture_lists_every_module(folder):
    modules = {path.stem for path in (ROOT / folder).glob("*.py")}
    left_out = {"__init__"}
    if folder in FAMILY_FOLDERS:
        left_out |= {page.stem for page in (ROOT / "nova_docdb" / "db").glob("*.py")}
        left_out -= {"api", "rows", "migration"}
    assert modules - left_out <= modules_listed()[folder] <= modules


BY_HAND = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted(DOCS.glob("*.md")),
    *sorted(DOCS.glob("api/*.md")),
]
BY_HAND += sorted(DOCS.glob("examples/*/README.md"))


@pytest.mark.parametrize("page", BY_HAND, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_a_page_also_work_on_a_forge(page):
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"\{[\w:]+\}`[^`]*`", text) == [], "a role is shown as text: use a link"
    links = re.findall(r"\]\(([^)\s#]+)", text)
    files = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in files if not (page.parent / link).exists()] == []


# The built site


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built site."""
    pytest.importorskip("sphinx", reason="the extra [docs] is not installed")
    out = tmp_path_factory.mktemp("site")
    build = ("-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", DOCS, out)
    built = subprocess.run([sys.executable, *build], check=False, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return out


@pytest.mark.slow
def test_every_public_name_is_on_the_site(site):
    from sphinx.util.inventory import InventoryFile

    with (site / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda _base, path: path)
    functions = {f"nova_docdb.db.{name}" for name in FUNCTIONS}
    assert functions <= set(inventory["py:function"])
    assert {f"nova_docdb.exception.{name}" for name in EXCEPTIONS} <= set(inventory["py:exception"])
    shown = set(inventory["std:cmdoption"])
    for path, command in commands():
        for param in command.params:
            if "--help" not in param.opts:
                argument = isinstance(param, click.Argument)
                name = param.human_readable_name if argument else param.opts[0]
                assert f"{path.replace(' ', '-')}.{name}" in shown


@pytest.mark.slow
def test_every_option_is_on_the_site(site):
    text = (site / "api" / "options.html").read_text(encoding="utf-8")
    for group, options in config.list_opts():
        for option in options:
            assert f'id="{group}.{option.dest}"' in text
