"""Projection: finds the span of each source answer in the translated paragraph."""
