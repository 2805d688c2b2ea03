"""Batches: files of submissions, taken as a whole or row by row, and their receipts."""
