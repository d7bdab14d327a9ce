"""Table names as arguments, with shell completion."""

from __future__ import annotations

from typing import Any

import click
from click.shell_completion import CompletionItem


class TableName(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.4 only
    """The name of one of the tables."""

    name = "table"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the table name."""
        from nova_docdb.schemas import TABLES  # noqa: PLC0415 - help does not need it

        if value not in TABLES:
            self.fail(f"unknown table {value!r}: nova-docdb schema lists the tables.", param, ctx)
        return str(value)

    def shell_complete(
        self, _ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the names that begin with the incomplete text."""
        from nova_docdb.schemas import TABLES  # noqa: PLC0415 - help does not need it

        return [CompletionItem(name) for name in TABLES if name.startswith(incomplete)]


TABLE = TableName()
