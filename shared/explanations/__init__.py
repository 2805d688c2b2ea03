"""Why a score is what it is: for a script, or in words."""
