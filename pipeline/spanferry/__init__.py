"""Spanferry's library: pure functions over typed records, and the engines they are handed.

Nothing here reads params.yaml, parses a command line or prints; `stages/` and `cli/` do.
"""
