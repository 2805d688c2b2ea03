"""Tests of the pages of work and their forms."""
