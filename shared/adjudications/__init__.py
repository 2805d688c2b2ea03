"""Adjudications: what panels leave open, settled by an administrator with a reason."""
