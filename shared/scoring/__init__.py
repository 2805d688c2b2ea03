"""The heart: resolve, derive, normalise, points, rank. Pure functions on numpy columns."""
