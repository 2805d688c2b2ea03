"""The codes of findings, by where they are met; clients choose their words by them."""

FORM = (
    "missing",
    "extra-forbidden",
    "repeated",
    "model-attributes-type",
    "string-type",
    "string-too-short",
    "string-too-long",
    "string-pattern-mismatch",
    "text-unwritable",
    "blank",
    "int-type",
    "int-from-float",
    "int-parsing",
    "int-parsing-size",
    "float-type",
    "float-parsing",
    "finite-number",
    "number-not-exact",
    "bool-type",
    "bool-parsing",
    "greater-than",
    "greater-than-equal",
    "less-than",
    "less-than-equal",
    "literal-error",
    "enum",
    "list-type",
    "dict-type",
    "too-short",
    "too-long",
    "not-a-date",
    "not-a-moment",
    "not-a-title",
    "not-a-value",
    "not-as-asked",
)
"""What may be wrong with the form of a body or a parameter; the last: anything else."""

REFERENCES = (
    "unknown-cursor",
    "unknown-field",
    "unknown-submission",
    "unknown-batch",
    "unknown-applicant",
    "unknown-measure",
    "unknown-round",
    "after-until",
    "closes-before-opening",
    "in-the-past",
    "in-the-future",
    "with-a-run",
    "of-another-run",
    "key-unusable",
    "cosignature-refused",
    "not-a-url",
    "not-https",
    "host-unusable",
    "userinfo",
    "fragment",
    "target-refused",
    "sheet-too-small",
)
"""What may be wrong with what a body or a parameter names."""

ROW_CODES = (
    "missing",
    "unknown-member",
    "not-an-object",
    "not-json",
    "member-twice",
    "row-too-long",
    "wrong-number-of-fields",
    "unknown-action",
    "not-a-code",
    "not-a-date",
    "date-order",
    "unknown-status",
    "not-a-text",
    "too-long",
    "text-unwritable",
    "unknown-applicant",
    "unknown-measure",
    "applicant-not-reached",
    "measure-not-reached",
    "reporter-not-admitted",
    "value-missing",
    "withdrawn-with-value",
    "not-a-value",
    "not-a-revision",
    "not-a-moment",
    "unknown-obs-status",
    "value-with-missing",
    "number-not-exact",
    "formula",
    "grouped-digits",
    "decimal-comma",
    "exponent",
    "space-around",
    "foreign-digits",
    "not-a-number",
    "not-finite",
    "not-whole",
    "below-range",
    "above-range",
    "not-a-flag",
    "unknown-category",
    "not-codes",
    "unknown-code",
    "repeated-code",
    "conflict-of-interest",
    "revised-after-sight",
    "stale-revision",
    "repeated-row",
    "outside-slice",
    "not-committed",
)
"""Why a row of a batch is refused; docs/problems.md says what each means."""

OF_FILES = ("no-rows", "not-applicants", "slice-of-marks", "slice-twice")
"""Why a file is refused as a whole, or the slice that it declares."""

BODIES = (
    "broken-off",
    "not-gzip",
    "nested-too-deep",
    "too-many-elements",
    "not-a-form",
    "not-utf-8",
    "not-csv",
    "no-header",
    "unknown-column",
    "column-twice",
    "column-missing",
    "line-too-long",
    "not-a-batch",
    "not-a-slice",
)
"""Why nothing of a body or a file can be read, beside what is wrong with a row."""

HEADERS = ("not-accepted", "not-a-key", "digest-malformed", "digest-unknown", "digest-differs")
"""What may be wrong with a header of the request."""

ADJUDICATIONS = ("no-panel",)

FRAMEWORK_CODES = (
    "choice-unknown",
    "code-list-undefined",
    "code-malformed",
    "code-repeated",
    "denominator-is-numerator",
    "direction-given-twice",
    "empty",
    "grades-differ",
    "grades-not-yes-no",
    "key-missing",
    "key-not-applicable",
    "key-not-text",
    "key-unknown",
    "measure-type-unfit",
    "measure-undefined",
    "measure-unused",
    "method-not-one",
    "normalisation-unfit",
    "not-a-boolean",
    "not-a-list",
    "not-a-number",
    "not-a-whole-number",
    "not-an-object",
    "not-text",
    "number-not-exact",
    "number-out-of-bounds",
    "plausible-empty",
    "points-too-fine",
    "points-total-differs",
    "range-reversed",
    "reporter-not-expert",
    "step-too-long",
    "steps-leave-gap",
    "steps-not-ascending",
    "steps-not-monotone",
    "target-not-above-floor",
    "text-blank",
    "text-too-long",
    "text-unwritable",
    "trim-leaves-nothing",
)
"""Why a framework document is refused; docs/frameworks.md says what each means."""

FIELD_CODES = tuple(
    dict.fromkeys(
        (
            *(*FORM, *REFERENCES, *ROW_CODES, *OF_FILES, *BODIES, *HEADERS),
            *(*ADJUDICATIONS, *FRAMEWORK_CODES),
        )
    )
)
"""All that an error of a problem may have."""

WARNING_CODES = (
    "code-list-unused",
    "unit-missing",
    "denominator-may-be-zero",
    "panel-may-be-untrimmed",
    "direction-without-effect",
    "empty-without-effect",
    "not-diagnosed",
    "cohort-empty",
    "cohort-of-one",
    "no-reporter",
    "constant",
    "redundant",
)
"""What is noticed in a framework, or in a round that opens, and keeps nothing from happening."""


def code_of(kind: str) -> str:
    """Return the code of what the reader of bodies calls *kind*."""
    code = kind.replace("_", "-")
    return code if code in FORM else "not-as-asked"
