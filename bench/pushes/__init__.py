"""(h) Files pushed, against a bare insert of the same rows."""
