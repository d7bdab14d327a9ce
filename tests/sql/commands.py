"""Running ``nova-docdb`` as a process of its own, to kill it or to see how much memory it takes."""

from __future__ import annotations

import subprocess
import sys

# The high-water mark of this process alone; rusage counts what it was forked from.
COMMAND = """
import sys
from nova_docdb.cli import main
try:
    main(sys.argv[1:])
finally:
    with open("/proc/self/status") as status:
        print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


def start(*arguments):
    """Start the command and return its process."""
    command = [sys.executable, "-c", COMMAND, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def run(*arguments):
    """Run the command to its end; return what it shows, and its highest memory in bytes."""
    process = start(*arguments)
    shown, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(shown)
    shown, _, kilobytes = shown.rstrip().rpartition("\n")
    return shown, int(kilobytes) * 1024
