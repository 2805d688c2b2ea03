"""What the pages of the board cost."""
