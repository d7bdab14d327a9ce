"""The documentation site: ``make docs`` builds it, with every warning an error and no network."""

import importlib.metadata
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "nova_docdb"
author = "the nova_docdb authors"
project_copyright = author
release = version = importlib.metadata.version("nova_docdb")

extensions = [
    "myst_parser",
    "oslo_config.sphinxext",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    # [source] leads to a function's declaration; the head of that module names its body.
    "sphinx.ext.viewcode",
    "layers",
    "sphinx_click",
    "table_pages",
]
exclude_patterns = ["_build", "examples"]
myst_heading_anchors = 3
# Typographic quotes would turn --option into a dash.
smartquotes = False

html_theme = "furo"
html_title = f"nova_docdb {release}"
html_static_path = ["_static"]
html_css_files = ["pages.css"]

# A name that cannot be resolved is a warning, so that an exception that a function raises, or a
# class that a page names, is documented. What other libraries define is not looked up.
nitpicky = True
nitpick_ignore_regex = [
    (
        r"py:.*",
        r"(collections|datetime|types|typing|pymongo|cfg|oslo_config|click|random|contextvars)\..*",
    ),
    (r"py:.*", r"(Any|Callable|ClassVar|Database|Iterable|Mapping|datetime|optional)"),
    (r"py:.*", r"(nova_docdb\.context\.)?F"),
]

autodoc_member_order = "bysource"
add_module_names = False
autosummary_generate = False
# One parameter a line where a signature is wider than a page.
python_maximum_signature_line_length = 80
