"""The connection to MongoDB or to the embedded store, and how commands are sent."""
