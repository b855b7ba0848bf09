"""The dated geography of England: areas as facts, what became of them, and weighted ways between their levels."""
