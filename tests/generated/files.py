"""The files that are generated as a whole, each with the function that returns its text."""

import contextlib
import io
from pathlib import Path

from oslo_config import generator

from tests.generated import rows

ROOT = Path(__file__).parents[2]


def sample_configuration():
    """Return the output of oslo-config-generator."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        generator.main(["--namespace", "nova_docdb"])
    return printed.getvalue()


FILES = {
    ROOT / "nova_docdb/db/rows.py": rows.rows_text,
    ROOT / "nova_docdb/db/values.py": rows.values_text,
    ROOT / "docs/nova_docdb.conf.sample": sample_configuration,
}
