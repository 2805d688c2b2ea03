"""`pilotzone push`: a file of submissions, sent to a gateway."""
