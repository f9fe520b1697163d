"""Translates segments, with several engines behind one interface, a translation memory, rate limiting, and checks."""
