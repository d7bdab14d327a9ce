"""Upper layers import lower ones, never the reverse."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "nova_docdb"
# From top to bottom; modules in one line do not import each other.
LAYERS = (
    ("cli",),
    ("sql",),
    ("mongo.calls",),
    ("mongo.api",),
    ("mongo.admin",),
    ("mongo.families",),
    ("mongo.tables",),
    ("mongo.store",),
)
# The backend and the schemas never import their users.
ABOVE = ("nova_docdb.db", "nova_docdb.cli", "nova_docdb.sql", "nova_docdb.testing")


# What families share, in addition to the table of instances and its visibility.
SHARED = {"__init__", "default_security_group", "instance_addresses"}
TABLE_OF_INSTANCES = "nova_docdb.mongo.families.instances.rows"


def imported_by(path):
    """Yield the modules that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules(layer):
    folder = PACKAGE.joinpath(*layer.split("."))
    return sorted(folder.rglob("*.py")) or [folder.with_suffix(".py")]


@pytest.mark.parametrize("layer", [name for names in LAYERS for name in names])
def test_layer_imports_nothing_from_above(layer):
    (position,) = (n for n, names in enumerate(LAYERS) if layer in names)
    above = tuple(f"nova_docdb.{name}" for names in LAYERS[:position] for name in names)
    if layer.startswith("mongo"):
        above += ABOVE
    for path in modules(layer):
        wrong = {name for name in imported_by(path) if name.startswith(above)}
        assert not wrong, f"{path.relative_to(PACKAGE)} imports {sorted(wrong)}"


def family_of(path):
    """Return the family that a module belongs to, or None for what they share."""
    inner = path.relative_to(PACKAGE / "mongo" / "families").with_suffix("").parts
    return None if inner[0] in SHARED else inner[0]


def test_no_family_imports_the_functions_of_another():
    names = {family_of(path) for path in modules("mongo.families")} - {None}
    for path in modules("mongo.families"):
        others = tuple(f"nova_docdb.mongo.families.{name}." for name in names - {family_of(path)})
        wrong = {
            name
            for name in imported_by(path)
            if f"{name}.".startswith(others) and not name.startswith(TABLE_OF_INSTANCES)
        }
        assert not wrong, f"{path.relative_to(PACKAGE)} imports {sorted(wrong)}"
