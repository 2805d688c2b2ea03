"""What happens in a round, told to pages that show it."""
