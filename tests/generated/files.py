"""The files that are generated as a whole, each with the function that returns its text."""

from pathlib import Path

from tests.generated import rows

ROOT = Path(__file__).parents[2]

FILES = {
    ROOT / "nova_docdb/db/rows.py": rows.rows_text,
    ROOT / "nova_docdb/db/values.py": rows.values_text,
}
