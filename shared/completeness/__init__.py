"""Completeness: of whom a round has values, measure by measure and reporter by reporter."""
