"""What was set aside is in an archive as it was sealed, or the verifier names the entry."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pilotzone_verify import archive, checking, leaves, proofs, trees
from pilotzone_verify.outcome import Disproved, Unusable
from tests.verifier.forge import KEYS, Forged, Json, enter, forged, receipt, record, salt

ROWS = [
    record(7, "C1", "stations", 4e9) | {"set_aside": "above-plausible"},
    record(9, "C2", "stations", 29.0) | {"set_aside": "superseded"},
]


def with_aside() -> Forged:
    """Return the forged round, at whose end two rows that were set aside are sealed by entry 4."""
    made = forged().without("checkpoint")
    for each in ROWS:
        made.lines.append({"aside": each, "salt": salt(each["id"]).hex(), "position": 4})
    root = trees.root([leaves.record_hash(salt(each["id"]), each) for each in ROWS])
    enter(made, "aside", submissions={"count": 2, "root": root.hex()}, last=9)
    made.lines.append({"checkpoint": made.checkpoint(5)})
    return made


MADE = with_aside()


def check(made: Forged, *receipts: proofs.Receipt) -> list[str]:
    return checking.check_archive(archive.read(made.written()), KEYS, (), receipts).found


def promised(number: int, sealed_by: str) -> proofs.Receipt:
    """Return the receipt of a row that was set aside."""
    return proofs.receipt(receipt(replace(MADE, records={1: ROWS}), number, sealed_by), KEYS)


def test_what_was_set_aside_is_proven_and_found_by_its_receipt() -> None:
    found = check(MADE, promised(7, "2026-07-01T00:01:00.000000Z"))

    assert "5 entries hang together, 5 of them signed" in found[0]
    assert found[1] == "submission 7 is in the archive, among those set aside"


ALTERED: dict[str, tuple[Callable[[Forged], Forged], str]] = {
    "its number changed": (
        lambda it: it.alter("aside", lambda line: line["aside"].update(number=leaves.double(4.0))),
        "submissions of entry 4 are not those",
    ),
    "why it does not count": (
        lambda it: it.alter("aside", lambda line: line["aside"].update(set_aside="superseded")),
        "submissions of entry 4 are not those",
    ),
    "one deleted": (
        lambda it: it.without("aside"),
        "entry 4 sealed 2 submissions, the archive has 1",
    ),
    "one as if another entry sealed it": (
        lambda it: it.alter("aside", lambda line: line.update(position=3)),
        "entry 4 sealed 2 submissions, the archive has 1",
    ),
    "one more, that nothing seals": (
        lambda it: replace(it, lines=[*it.lines, extra(position=1)]),
        "submissions set aside that no entry seals",
    ),
}


def extra(**said: int) -> Json:
    return {"aside": ROWS[0], "salt": salt(7).hex()} | said


@pytest.mark.parametrize(("alter", "said"), ALTERED.values(), ids=ALTERED)
def test_what_was_altered_of_it_is_named(alter: Callable[[Forged], Forged], said: str) -> None:
    with pytest.raises(Disproved, match=said):
        check(alter(MADE))


def test_one_that_was_deleted_before_it_was_sealed_is_found_by_its_receipt() -> None:
    with pytest.raises(Disproved, match="submission 7 was accepted, should be sealed"):
        check(forged(), promised(7, "2026-07-01T00:01:00.000000Z"))
    later = "2026-08-01T00:00:00.000000Z"
    assert f"submission 7 need not be sealed before {later}" in check(forged(), promised(7, later))


def test_one_with_other_members_is_unusable() -> None:
    with pytest.raises(Unusable, match="set aside has other members"):
        check(MADE.alter("aside", lambda line: line["aside"].pop("set_aside")))
