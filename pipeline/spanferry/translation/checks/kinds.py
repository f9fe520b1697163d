"""The kind of the segments that only rescue sends."""

MARKED = "marked"
"""A sentence with one answer between markers. An engine may lose, double or move the markers.

The other kinds are those of `spanferry.records.Kind`. Tables of segments do not contain this kind.
"""
