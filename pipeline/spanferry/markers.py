"""Markers: what is put around an answer before its sentence is translated, to find it again in the translation."""

Markers = tuple[str, str]
"""The marker before the answer, and the one behind it."""

STYLES: tuple[Markers, ...] = (("[", "]"), ("«", "»"), ('"', '"'))
"""The markers of every engine that has no list of its own, in the order in which rescue tries them."""
