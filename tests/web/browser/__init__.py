"""The browser that the board is tested with: found, or fetched without root."""
