"""The program ``nova-docdb``, also run as ``python -m nova_docdb``.

It handles Ctrl-C before it imports the commands, which take half a second to load.
"""

from __future__ import annotations

import sys

INTERRUPTED = 130


def run() -> None:
    """Run the command line and exit with its code."""
    try:
        from nova_docdb.cli import main  # noqa: PLC0415 - see above

        main(prog_name="nova-docdb")
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    run()
