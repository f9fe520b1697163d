"""Projection: finding each source answer's span in the translated paragraph."""
