"""The base's commands: thin, each loads, calls, saves and says. Heavy imports sit inside them."""
