"""Charts as vectors: each a function that returns SVG as text, escaped once, with classes alone."""
