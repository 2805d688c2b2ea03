"""Attributions: what moved each total from one run to another, in parts that add up exactly."""
