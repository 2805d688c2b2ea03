"""Rankings over HTTP."""
