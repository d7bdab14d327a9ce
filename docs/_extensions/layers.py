"""The Sphinx directive ``layers``: a diagram of layers, drawn from text, one line per layer.

A line has the names of the layer and, after a bar, what they do. The top layer comes first; each
uses those below it.
"""

from __future__ import annotations

from html import escape
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

WIDTH, HEIGHT, GAP = 640, 46, 18


class Layers(Directive):
    """Draw the layers as an SVG in the colours of the page."""

    has_content: ClassVar[bool] = True

    def run(self) -> list[nodes.Node]:
        """Return the diagram."""
        layers = [line.partition("|")[::2] for line in self.content if line.strip()]
        return [nodes.raw("", f'<div style="overflow-x:auto">{svg(layers)}</div>', format="html")]


def svg(layers: list[tuple[str, str]]) -> str:
    """Return the SVG of layers, each with its names and what they do."""
    height = len(layers) * (HEIGHT + GAP) - GAP + 2
    # On a narrow page it scrolls rather than shrinks: small text is not readable.
    size = f"width:100%;min-width:{WIDTH * 3 // 4}px;max-width:{WIDTH}px"
    box = f'viewBox="0 0 {WIDTH} {height}" style="{size}"'
    drawn = 'fill="none" stroke="currentColor" font-size="15" font-family="sans-serif"'
    parts = [f'<svg {box} role="img" {drawn}><title>The layers, from the top down</title>']
    for number, (names, purpose) in enumerate(layers):
        top = number * (HEIGHT + GAP) + 1
        middle = top + HEIGHT / 2 + 5
        parts.append(f'<rect x="1" y="{top}" width="{WIDTH - 2}" height="{HEIGHT}" rx="6"/>')
        text = 'stroke="none" fill="currentColor"'
        parts.append(
            f'<text x="16" y="{middle}" {text} font-weight="bold">{escape(names.strip())}</text>'
            f'<text x="250" y="{middle}" {text}>{escape(purpose.strip())}</text>'
        )
        if number:
            x = WIDTH / 2
            parts.append(f'<path d="M{x} {top - GAP} v{GAP - 5} m-4 -5 l4 5 l4 -5"/>')
    return "".join([*parts, "</svg>"])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("layers", Layers)
    return {"parallel_read_safe": True}
