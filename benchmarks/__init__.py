"""Benchmarks of the API against pymongo alone and Nova on SQL: see docs/performance.md."""
