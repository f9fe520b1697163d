"""Translating segments: engines behind one protocol, a memory, a pace, and checks on every answer."""
