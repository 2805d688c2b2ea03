"""The schema's steps, each reversible; `pilotzone migrate` takes them."""
