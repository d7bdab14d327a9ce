"""A Grizzly SQL database: reading it, and bringing it over."""
