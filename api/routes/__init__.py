"""The resources, one module per noun."""
