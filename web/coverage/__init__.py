"""Coverage: which indicators of whom have a value, and what came from whom."""
