"""What the contract says of the service as a whole, of its parts, and of signing."""

DESCRIPTION = """\
Ranks counties and industrial parks against a published framework of indicators.

* Every error is a problem document (RFC 9457) with a stable `type` and a `request_id`.
* A write is committed before it is answered.
* Every POST takes an `Idempotency-Key`: repeated with it, it takes effect once.
* Each operation names in `x-roles` the roles that it admits.
* Lists come in pages: follow `next`, or the `Link` header with `rel="next"`.
"""

TAGS = {
    "frameworks": "What is asked, and what each answer earns: immutable, versioned documents.",
    "applicants": "Who is ranked: counties and industrial parks.",
    "rounds": "Assessments under one framework version, and who takes part.",
    "submissions": "What is reported, value by value; never changed, only followed by another.",
    "batches": "Files of submissions: pushed as a whole or row by row, and their receipts.",
    "panels": "Experts' marks: who must not give them, and how what they leave open is settled.",
    "scores": "Ranking, scorecards and their history.",
    "runs": "When a round was recomputed, why, and how long that took.",
    "diagnostics": "How indicators behave, and what deserves a look.",
    "discrepancies": "Where reporters differ.",
    "exports": "All of a list in one file.",
    "completeness": "Of whom a round has values, and who lacks.",
    "sensitivity": "How sure a ranking is; worked out by an operation that is followed.",
    "proofs": "What was sealed, for who checks it without the service.",
    "operations": "Work that takes longer than a request: followed and cancelled.",
    "problems": "What the types of problems mean.",
    "keys": "Who may do what: keys are made, rotated and revoked.",
    "audit": "Who changed what, and who was refused.",
    "webhooks": "What happens in rounds, delivered to whoever subscribed.",
    "health": "For those who run the service.",
}

INFO = {
    "description": DESCRIPTION,
    "contact": {"name": "Whoever runs the service"},
    "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
}
SERVERS = [
    {
        "url": "/",
        "description": "The gateway that this document is from, in production or local.",
        "x-internal": False,
    }
]

KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key: `pilotzone keys create`. With one that was made with a signing key,"
    " each request but GET and HEAD is signed as well (RFC 9421; docs/push.md says how). Where"
    " the operator trusts an issuer, an access token of it (JWT) stands in the key's place.",
}

SENT = {
    "Content-Digest": "Of the bytes that are sent, `sha-256=:…:` (RFC 9530): verified if given.",
    "Signature": "The signature, of a key that signs.",
    "Signature-Input": "What the signature covers, when it was made, and by which key.",
}
"""Headers that every request may have that changes something."""
