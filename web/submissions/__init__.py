"""What was said of one applicant and measure, as a page."""
