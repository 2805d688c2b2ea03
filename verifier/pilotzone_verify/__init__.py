"""Checks what a pilot-zone scoring service published, without the service and without trust in it.

It needs Python's standard library and `cryptography`. The service computes its hashes by the
modules `canonical`, `leaves`, `notes` and `trees` of this package, so both speak of the same bytes.
"""
