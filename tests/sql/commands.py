"""Runs ``nova-docdb`` as a separate process, to kill it or to measure its memory."""

from __future__ import annotations

import subprocess
import sys

# The peak memory of this process only; rusage includes the process that it was forked from.
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
    """Run the command; return its output, and its peak memory in bytes."""
    process = start(*arguments)
    shown, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(shown)
    shown, _, kilobytes = shown.rstrip().rpartition("\n")
    return shown, int(kilobytes) * 1024
