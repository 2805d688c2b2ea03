"""Tests of pages that show how a round stands and moves."""
