"""Quotas: how much each key may ask for, however many gateways it asks."""
