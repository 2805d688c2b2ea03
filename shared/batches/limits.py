"""What one batch may have. The gateway refuses more; `pilotzone push` cuts a larger file."""

MOST_ROWS = 50_000

MOST_BYTES = 32 * 1024 * 1024
"""Of a file, as sent and unpacked."""
