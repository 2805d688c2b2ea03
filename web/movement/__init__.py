"""Movement: places over runs, who moved with each, and why."""
