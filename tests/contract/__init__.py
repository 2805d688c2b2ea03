"""The published contract: that it is current, and that the service keeps it."""
