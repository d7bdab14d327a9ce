"""How fast the API is, beside pymongo alone and beside Nova on SQL: see docs/performance.md."""
