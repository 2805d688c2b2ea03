"""What every room speaks of: errors, and who is on the other side. Pure."""
