"""Scenarios of concurrent callers, one module per family; ``tests/test_claims.py`` runs them.

A scenario takes a simulation and whether faults are injected. It prepares the store, runs its
callers, and asserts what must hold. With faults, callers lose their connection before or after a
command, or die after one: their outcome is then unknown, but no address has two owners, no limit is
exceeded, no key has two live rows and no row is lost.
"""
