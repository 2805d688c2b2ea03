"""What portals ask for: files, streams of events, and the rows that a key reaches."""
