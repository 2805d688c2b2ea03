"""The gateway: HTTP in, HTTP out."""
