"""Scenarios of callers who meet, one module a family; ``tests/test_claims.py`` runs them.

A scenario takes a simulation and whether its callers may meet faults. It prepares the store, runs
its callers, and asserts what must hold. With faults, callers lose their connection before or after
a command, or end for good after one: what they were told is then unknown, but no address has two
owners, no limit is exceeded, no key has two live rows and no row is lost.
"""
