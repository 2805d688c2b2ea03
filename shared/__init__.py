"""What gateway, worker and command line share: the rules, the verbs and the tables."""
