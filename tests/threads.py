"""Calls that are made at the same time."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

COUNT = 8


def at_once(*calls):
    """Run calls in threads that start together; return what each gave or raised, in order."""
    gate = threading.Barrier(len(calls))

    def run(call):
        gate.wait()
        try:
            return call()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def kinds(results):
    """Count results by the name of their class."""
    return Counter(type(result).__name__ for result in results)
