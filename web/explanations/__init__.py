"""Why a line of a score is what it is, as a page."""
