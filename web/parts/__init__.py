"""What several pages have alike: links between cohorts and pages, signs of who moved."""
