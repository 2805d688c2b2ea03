"""Checklists: what each measure of an applicant has, what it lacks, and what that costs."""
