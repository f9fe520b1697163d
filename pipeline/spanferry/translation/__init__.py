"""Translates segments: engines behind one interface, a translation memory, rate limiting, and checks of each answer."""
