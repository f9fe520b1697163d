"""The kind of segment that only rescue sends."""

MARKED = "marked"
"""A sentence with one answer between markers. An engine may lose, double or move the markers.

The other kinds are those of `spanferry.records.Kind`; this one stands in no table of segments.
"""
