"""Previews: what a file would do if it were pushed now."""
