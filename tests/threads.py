"""Concurrent calls."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

COUNT = 8


def at_once(*calls):
    """Run calls in threads that start together; return their results or exceptions, in order."""
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
    """Count results by class name."""
    return Counter(type(result).__name__ for result in results)
