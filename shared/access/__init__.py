"""Access: who acts, through which keys, and how far each reaches."""
