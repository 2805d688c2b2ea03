"""What problems mean, in Chinese and English."""
