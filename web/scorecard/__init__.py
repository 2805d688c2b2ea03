"""One applicant's score as a page."""
