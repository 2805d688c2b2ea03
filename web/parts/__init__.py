"""What several pages have alike: what is shown, links between cohorts and pages, who moved."""
