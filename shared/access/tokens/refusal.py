"""Why a token is refused: a stable word for each rule, and nothing of what the token held."""

from enum import StrEnum

from shared.core.errors import TokenRefused


class Rule(StrEnum):
    """Which rule a token breaks. Part of the contract, as the fact `rule`."""

    TOO_LARGE = "too-large"
    MALFORMED = "malformed"
    HEADER = "header"
    TYPE = "type"
    ALGORITHM = "algorithm"
    UNKNOWN_KEY = "unknown-key"
    SIGNATURE = "signature"
    CLAIMS = "claims"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    OF_SIGN_IN = "id-token"
    SUBJECT = "subject"
    ROLE = "role"
    LIMITS = "limits"


SAID = {
    Rule.TOO_LARGE: "a token has at most 8 KiB",
    Rule.MALFORMED: "a token is a signed JWT: three parts of base64url, JSON without duplicates",
    Rule.HEADER: "the token's header has what is not taken here",
    Rule.TYPE: "a token's `typ` is `at+jwt` or `JWT`",
    Rule.ALGORITHM: "the token's algorithm is not admitted, or not that of its key",
    Rule.UNKNOWN_KEY: "the issuer publishes no key of this `kid`",
    Rule.SIGNATURE: "the token's signature does not hold",
    Rule.CLAIMS: "a time of the token is no number, or it has no `exp`",
    Rule.ISSUER: "the token is of another issuer",
    Rule.AUDIENCE: "the token is for another audience",
    Rule.EXPIRED: "the token has expired: ask its issuer for a new one",
    Rule.NOT_YET_VALID: "the token is not of this time yet",
    Rule.OF_SIGN_IN: "this is an ID token: send the access token that came with it",
    Rule.SUBJECT: "the token does not name who acts",
    Rule.ROLE: "none of the token's roles is one here",
    Rule.LIMITS: "the token does not say how far it reaches",
}


def refused(rule: Rule) -> TokenRefused:
    """Return the refusal of a token that breaks *rule*."""
    return TokenRefused(SAID[rule], rule=rule.value)
