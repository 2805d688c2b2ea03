"""Proofs as the contract shows them; `verifier/` says how each is checked."""

from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import Field

from api.http.headers import sends
from api.http.paths import GREATEST_ID
from api.http.schemas import Code, Items, Kind, Moment, Schema
from api.submissions.schemas import SetAside
from shared.seals.checkpoint_store import Signed

LONGEST_NOTE = 1_000_000
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="32 bytes in hexadecimal.")]
Salt = Annotated[str, Field(pattern="^[0-9a-f]{32}$", description="16 bytes in hexadecimal.")]
Note = Annotated[
    str,
    Field(max_length=LONGEST_NOTE, description="A signed note in the format of C2SP."),
]

SubmissionNumber = Annotated[
    int, Path(ge=1, le=GREATEST_ID, description="The submission's id.", examples=[1])
]
CheckpointSize = Annotated[
    int, Path(ge=1, le=2**53, description="A checkpoint's size, in entries.", examples=[4])
]
Size = Annotated[int, Query(ge=0, le=2**53, description="A checkpoint's size, in entries.")]
Epoch = Annotated[
    int | None,
    Query(ge=1, le=2**53, description="Of which epoch; by default the newest.", examples=[1]),
]

NOTE = (
    "example.org/pilotzone/2026-1/1\n4\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u2014 …\n"
)
AS_NOTE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A signed note.",
        "content": {"text/plain": {"schema": {"type": "string"}, "example": NOTE}},
    }
}
AS_ARCHIVE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Lines of JSON, as they are made: without the last, `end`, it was cut off.",
        "content": {
            "application/jsonl": {
                "schema": {"type": "string"},
                "example": '{"format":"pilotzone-archive/1",…}\n',
            }
        },
        **sends("Content-Disposition", "Cache-Control", "Vary"),
    }
}


class CheckpointOut(Schema):
    """A signed statement of how long a round's log is, and what its root is."""

    epoch: int = Field(ge=1, description="Rises by one each time the database is restored.")
    size: int = Field(ge=1, description="How many entries of the log it seals.")
    signed_at: Moment = Field(description="By the clock of the database.")
    note: Note = Field(description="To keep, and to check with; witnesses signed below.")

    @classmethod
    def of(cls, signed: Signed) -> "CheckpointOut":
        """Show what was *signed*."""
        return cls(
            epoch=signed.epoch, size=signed.size, signed_at=signed.signed_at, note=signed.note
        )


class CosignatureIn(Schema):
    """That a witness saw a checkpoint, as it signed it."""

    cosignature: Annotated[
        str, Field(max_length=1_000, pattern="^\u2014 [^ +\n]+ [A-Za-z0-9+/]+={0,2}\n?$")
    ] = Field(
        description="The line that a witness answers with (C2SP tlog-cosignature, version 1).",
        examples=[
            "\u2014 witness.example jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dl"
        ],
    )


class CheckpointPage(Items[CheckpointOut]):
    """A page of checkpoints, with the public keys that signed for this service."""

    keys: list[str] = Field(
        max_length=1000, description="`name+number+base64`; compare them with those you were given."
    )


class TreePath(Schema):
    """Where a leaf stands in a tree, and the hashes that lead from it to the root."""

    index: int = Field(ge=0, description="Counted from 0.")
    size: int = Field(ge=1, description="How many leaves the tree has.")
    path: list[Hash] = Field(max_length=64, description="From the leaf up.")


class ProvenPlaceOut(Schema):
    """A place in a ranking, as it is hashed behind its salt; ranks are 0 where it is blocked."""

    applicant: Code = Field(description="Whose place it is.")
    blocked: bool = Field(description="Barred from the ranking by a missing value.")
    card: Hash = Field(description="The hash of the scorecard.")
    kind: Kind = Field(description="Within which it is ranked.")
    overall_rank: int = Field(ge=0, description="The place among all kinds.")
    overall_tied: int = Field(ge=0, description="How many share it.")
    rank: int = Field(ge=0, description="The place within its kind.")
    tied: int = Field(ge=0, description="How many share it.")
    total: int = Field(ge=0, description="In units of the framework's precision.")


class CardOut(Schema):
    """A scorecard's lines as columns, in the order of the framework's indicators."""

    values: list[float | None] = Field(
        max_length=10_000, description="Raw values; null where missing."
    )
    shares: list[float | None] = Field(
        max_length=10_000, description="Shares from 0 to 1; null where missing."
    )
    units: list[int] = Field(
        max_length=10_000, description="Points, in units of the framework's precision."
    )
    flags: list[int] = Field(max_length=10_000, description="Bits; see docs/methods.md.")


class BeginningOut(Schema):
    """The log's first entry: after a restore it says from which checkpoint the log goes on."""

    manifest: str = Field(max_length=LONGEST_NOTE, description="The entry, as it is hashed.")
    log: TreePath = Field(description="From the entry to the log's root.")


class ProofOut(Schema):
    """Proves one applicant's score and rank in one run, to anybody who has our public key."""

    format: Literal["pilotzone-proof/1"] = Field(description="By which the verifier knows it.")
    round: Code = Field(description="The round's code.")
    run: int = Field(ge=1, description="The run's number.")
    place: ProvenPlaceOut = Field(description="What is proved.")
    salt: Salt = Field(description="Known to who has this file alone.")
    scorecard: CardOut = Field(description="What `card` is the hash of.")
    ranking: TreePath = Field(description="From the place to the ranking's root.")
    manifest: str = Field(
        max_length=LONGEST_NOTE, description="The run's entry in the log, as it is hashed."
    )
    log: TreePath = Field(description="From the entry to the log's root.")
    beginning: BeginningOut = Field(description="How the log begins.")
    checkpoint: Note = Field(description="The signed checkpoint that has this root.")


class ConsistencyOut(Schema):
    """Proves that a log only grew from one checkpoint to another."""

    format: Literal["pilotzone-consistency/1"] = Field(
        description="By which the verifier knows it."
    )
    epoch: int = Field(ge=1, description="Of which epoch's log both are.")
    from_: int = Field(ge=0, alias="from", description="The earlier size.")
    to: int = Field(ge=0, description="The later size.")
    proof: list[Hash] = Field(max_length=128, description="Hashes as RFC 9162 has them.")


class RecordOut(Schema):
    """A submission as it is hashed behind its salt."""

    applicant: Code = Field(description="Of whom it is said.")
    as_of: str = Field(description="The date of which it is true.")
    codes: list[str] | None = Field(max_length=10_000, description="Of a category or of codes.")
    comment: str | None = Field(description="As it was sent.")
    confirmed_by: int | None = Field(description="The reporter who says that the number holds.")
    id: int = Field(description="The submission's id.")
    kind: Literal["source", "applicant", "expert", "adjudicator"] = Field(
        description="As what its reporter speaks."
    )
    measure: Code = Field(description="The measure's code.")
    number: str | None = Field(
        pattern="^[0-9a-f]{16}$", description="A double: its IEEE 754 form in hexadecimal."
    )
    obs_status: str | None = Field(description="The source's remark, in SDMX's code.")
    recorded_at: str = Field(description="When it was recorded.")
    reference: str | None = Field(description="As it was sent.")
    reported_at: str | None = Field(description="The source's own moment.")
    reporter: int = Field(description="The reporter's number.")
    reporter_name: str = Field(description="The reporter's name.")
    request_id: str = Field(description="Of the request that brought it.")
    revision: int = Field(description="Counts what one reporter said of one date.")
    status: Literal["reported", "withdrawn"] = Field(description="Whether a value is taken back.")


class AsideRecordOut(RecordOut):
    """A submission that was set aside, as it is hashed behind its salt."""

    set_aside: SetAside = Field(description="Why it does not count.")


class ReceiptOut(Schema):
    """Proves that a submission was accepted, and promises by when it is sealed."""

    format: Literal["pilotzone-receipt/1"] = Field(description="By which the verifier knows it.")
    note: Note = Field(description="Round, id, leaf, when accepted, until when sealed.")
    record: RecordOut | AsideRecordOut = Field(description="What the leaf is the hash of.")
    salt: Salt = Field(description="Known to who has this file alone.")
