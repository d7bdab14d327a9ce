"""Import from and export to a Grizzly SQL database."""
