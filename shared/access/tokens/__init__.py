"""Tokens: JWTs of an issuer that the operator trusts, the other way in beside keys."""
