"""Whole random nets, compiled from a spec and built by hand from the same description."""
