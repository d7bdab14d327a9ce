"""What operators run: indexes, archive, purge, sharding, status, checks."""
