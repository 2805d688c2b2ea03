"""Panels of experts: which marks stand, and the names that hide who gave them."""
