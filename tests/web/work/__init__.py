"""Tests of the pages of work with their forms, and of the wall."""
