"""The scoring worker: recomputes rounds whose submissions changed."""
