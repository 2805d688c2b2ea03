"""Applicants: the counties and parks that may be ranked."""
