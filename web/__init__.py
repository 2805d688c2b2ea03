"""The board: pages in Chinese and English, rendered here, that need no other host."""
