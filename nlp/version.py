"""The version of the reader. It is part of every passage identifier: raise it when passages would be cut otherwise."""

PARSER_VERSION = "1"
