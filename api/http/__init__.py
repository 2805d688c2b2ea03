"""What all routes share: access, bodies, queries, paging, problems, the published contract."""
