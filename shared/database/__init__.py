"""How a process reaches PostgreSQL, and what rooms need to speak to it."""
