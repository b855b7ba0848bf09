"""The one store: SQLite by default, PostgreSQL by URL. The only package that knows SQL."""
