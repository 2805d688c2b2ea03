"""One value: an expert marks, or a portal reports, an applicant's measure."""
