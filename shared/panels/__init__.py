"""Panels of experts: blind marks, and the names that hide who gave them."""
