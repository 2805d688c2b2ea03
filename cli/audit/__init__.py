"""What auditors rely on: the keys that sign, the audit trail and how long it is kept."""
