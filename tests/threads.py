"""Concurrent calls."""

import threading
import time
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


def wait_until(holds, seconds=60):
    """Call a function until it returns something true, and return that.

    :raises TimeoutError: if it does not within so many seconds
    """
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{holds.__qualname__} does not hold after {seconds} seconds")
        time.sleep(0.005)
    return found
