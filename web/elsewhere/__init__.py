"""Where no page is: a page that says so, or the way to the one that was meant."""
