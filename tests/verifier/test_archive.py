"""An archive: every hash and every score is checked, and what was altered is named."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotzone_verify import archive, checking, leaves, notes, proofs, recomputing, seals, trees
from pilotzone_verify.outcome import Disproved, Unusable
from tests.verifier.forge import KEYS, ORIGIN, SIGNER, Forged, forged, receipt

Json = dict[str, Any]
MADE = forged()


def check(made: Forged, *kept: notes.Checkpoint) -> list[str]:
    read = archive.read(made.written())
    own = [proofs.Sealed(each, str(each)) for each in kept]
    return checking.check_whole(read, KEYS, own).found


def test_an_archive_is_proven_with_every_score_computed_again() -> None:
    found = check(MADE, notes.Checkpoint(ORIGIN, 3, trees.root(MADE.tree[:3])))
    assert "4 entries hang together, 4 of them signed" in found[0]
    assert "4 scores of 8 lines" in found[-1]


def cut(made: Forged) -> Forged:
    """Take away the last run, with all that belongs to it, and the checkpoint."""
    made.lines = [line for line in made.lines if line.get("run") != 2 or "format" in line]
    del made.lines[[at for at, line in enumerate(made.lines) if "entry" in line][-1]]
    return made.without("checkpoint")


NAMED: dict[str, tuple[Callable[[Forged], Forged], str]] = {
    "a value changed": (
        lambda it: it.alter(
            "submission", lambda line: line["submission"].update(number=leaves.double(41.0))
        ),
        r"inputs of run 1 are .*\(lines 6 to 9\); computed again: the score of C1 .*values\[0\] is",
    ),
    "a submission deleted": (lambda it: it.without("submission", 1), "run 1 sealed 4 inputs"),
    "a submission inserted": (
        lambda it: it.alter("submission", lambda line: line.update(run=2)),
        "run 1 sealed 4 inputs",
    ),
    "a framework exchanged": (
        lambda it: it.alter(
            "framework",
            lambda line: line.update(framework=line["framework"].replace('"floor":0', '"floor":1')),
        ),
        r"framework is not the one that .* \(line 2\)",
    ),
    "an event altered": (
        lambda it: it.alter("event", lambda line: line["event"].update(actor="nobody")),
        r"events of entry 1 are .* \(line 4\)",
    ),
    "an event deleted": (lambda it: it.without("event"), "entry 1 sealed 1 events"),
    "parameters altered": (
        lambda it: it.alter(
            "parameters", lambda line: line["parameters"]["county"]["I-1"].update(best=1.0)
        ),
        r"parameters of run 1 are .* \(line 10\)",
    ),
    "parameters deleted": (lambda it: it.without("parameters"), "parameters of run 1 are missing"),
    "a total altered": (
        lambda it: it.alter("place", lambda line: line["place"].update(total=1)),
        r"ranking of run 2 .*the score of C1 \(line 14\): the total is 1, computed",
    ),
    "a scorecard altered": (
        lambda it: it.alter("place", lambda line: line["scorecard"]["units"].__setitem__(0, 1)),
        r"scorecard of C1 is .* \(line 14\)",
    ),
    "an applicant left out": (lambda it: it.without("place", 3), "run 2 sealed 4 ranking"),
    "an entry deleted": (
        lambda it: it.without("entry", 1),
        r"where entry 1 should stand is entry 2 \(line 10\)",
    ),
    "another reference date": (
        lambda it: it.alter("format", lambda line: line.update(reference_date="2027-01-01")),
        r"reference_date \(line 1\) is 2027-01-01, but entry 0 of the log \(line 3\) has 2026",
    ),
    "a checkpoint of another log": (
        lambda it: it.alter(
            "checkpoint",
            lambda line: line.update(
                checkpoint=str(notes.sign(str(notes.Checkpoint("o/1", 1, trees.EMPTY)), [SIGNER]))
            ),
        ),
        r"checkpoint \(line 19\) is of another log",
    ),
    "signed by nobody known": (
        lambda it: it.alter(
            "checkpoint",
            lambda line: line.update(
                checkpoint=MADE.checkpoint(4, notes.generate("example.org/x"))
            ),
        ),
        r"none of the known keys \(line 19\)",
    ),
}


@pytest.mark.parametrize(("alter", "said"), NAMED.values(), ids=NAMED)
def test_what_was_altered_is_named(alter: Callable[[Forged], Forged], said: str) -> None:
    with pytest.raises(Disproved, match=said):
        check(alter(MADE))


def test_what_does_not_fit_is_named_in_an_archive_whose_end_does_not_fit_either() -> None:
    """Who alters a line in the middle seldom mends the hash in the last one."""
    lines = MADE.written()
    at = next(at for at, line in enumerate(lines) if b'"submission": ' in line and b'"C2"' in line)
    altered = lines[at].replace(leaves.double(30.0).encode(), leaves.double(90.0).encode())
    read = archive.read([*lines[:at], altered, *lines[at + 1 :]])
    with pytest.raises(Disproved) as told:
        checking.check_archive(read, KEYS)
    assert str(told.value) == (
        "the inputs of run 1 are not those that were sealed (lines 6 to 9); the archive is not"
        " whole: its end fits other lines; computed again: the score of C2 (line 15): values[0] is"
        " 30.0, computed 90.0, of I-1, from submission 2 (line 7)"
    )
    respaced = archive.read([*lines[:at], lines[at].replace(b'": ', b'":'), *lines[at + 1 :]])
    with pytest.raises(Disproved, match=r"not whole.* though all that is in it"):
        checking.check_archive(respaced, KEYS)
    with pytest.raises(Unusable, match=f"line {at + 1} of the archive: no JSON"):
        archive.read([*lines[:at], lines[at][:-2], *lines[at + 1 :]])


def test_a_tail_that_was_cut_is_found_by_a_checkpoint_that_was_kept() -> None:
    kept = notes.Checkpoint(ORIGIN, 4, trees.root(MADE.tree))
    shorter = cut(forged())
    shorter.lines[0]["run"] = 1
    with pytest.raises(Disproved, match="cut: a checkpoint that you keep has 4 entries, it 3"):
        check(shorter, kept)


@pytest.mark.parametrize("covered", [0, 3])
def test_an_archive_is_not_proven_whose_run_no_checkpoint_covers(covered: int) -> None:
    """Run 2 is in entry 3, so that a checkpoint of size 3 ends before it."""
    made = MADE.without("checkpoint")
    if covered:
        made.lines.append({"checkpoint": MADE.checkpoint(covered)})
    read = archive.read(made.written())
    with pytest.raises(Unusable, match="nobody vouches for run 2"):
        checking.check_archive(read, KEYS)
    kept = notes.Checkpoint(ORIGIN, 4, trees.root(MADE.tree))
    assert checking.check_archive(read, KEYS, [proofs.Sealed(kept, "")]).found


def test_a_history_rewritten_with_the_stolen_key_is_found_by_a_checkpoint_that_was_kept() -> None:
    kept = notes.Checkpoint(ORIGIN, 2, trees.leaf_hash(b"as it was"))
    with pytest.raises(
        Disproved, match="first 2 entries are not those of the checkpoint that you keep"
    ):
        check(MADE, kept)


def test_a_file_that_was_cut_off_is_found() -> None:
    with pytest.raises(Unusable, match="cut off"):
        archive.read(MADE.written()[:-1])
    without_its_last_line = archive.read(MADE.written()[:-2] + MADE.written()[-1:])
    with pytest.raises(Disproved, match="not whole"):
        checking.check_whole(without_its_last_line, KEYS)


def test_scores_that_do_not_follow_from_the_inputs_are_found_though_all_hashes_fit() -> None:
    """Whoever seals can seal a wrong score; the rules, computed again, tell."""
    read = archive.read(MADE.written())
    read.places[0]["scorecard"]["units"][0] += 1
    with pytest.raises(Disproved, match=r"score of C1 \(line 14\): units"):
        recomputing.check_scores(read)
    read = archive.read(MADE.written())
    read.places[0]["place"]["rank"] = 3
    with pytest.raises(Disproved, match=r"rank of C1 \(line 14\) is 3, computed 1"):
        recomputing.check_scores(read)


def test_a_receipt_is_found_in_the_archive_or_its_submission_was_deleted() -> None:
    held = proofs.receipt(receipt(MADE, 5, "2026-07-01T00:01:00.000000Z"), KEYS)
    assert "is in the archive" in seals.check_receipt(archive.read(MADE.written()), held)
    without = archive.read(MADE.without("submission", 4).written())
    with pytest.raises(Disproved, match="submission 5 was accepted"):
        seals.check_receipt(without, held)
    unsealed = proofs.receipt(receipt(MADE, 5, "2026-08-01T00:00:00.000000Z"), KEYS)
    assert "need not be sealed" in seals.check_receipt(without, unsealed)


def test_an_archive_of_an_earlier_run_accuses_nobody_of_what_a_later_one_took_in() -> None:
    earlier = MADE.without("submission", 4).alter("format", lambda line: line.update(run=1))
    held = proofs.receipt(receipt(MADE, 5, "2026-07-01T00:01:03.000000Z"), KEYS)
    assert "need not be sealed" in seals.check_receipt(archive.read(earlier.written()), held)


@pytest.mark.parametrize(
    "line",
    [
        {"submission": MADE.records[2][0], "salt": "00" * 16, "run": 0},
        {"submission": MADE.records[2][0], "salt": "00" * 16, "run": 9999},
        {"parameters": {}, "run": 5},
        {"parameters": {}, "run": 2},
        {"event": {"action": "round.opened"}, "salt": "00" * 16, "position": 9999},
        {"framework": "{}"},
        {"entry": "{}", "place": {}},
        {"remark": "what nobody sealed"},
    ],
)
def test_what_no_entry_seals_has_no_place_in_an_archive(line: dict[str, Any]) -> None:
    more = deepcopy(MADE)
    more.lines.append(line)
    with pytest.raises((Disproved, Unusable)):
        check(more)


def means(line: bytes) -> Any:
    """Return what a line says, however it is written; None if nothing."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


@given(st.data())
def test_whatever_stands_in_an_archive_is_disproved_or_unusable(data: st.DataObject) -> None:
    lines = MADE.written()
    at = data.draw(st.integers(0, len(lines) - 1))
    place = data.draw(st.integers(0, len(lines[at]) - 1))
    byte = data.draw(st.binary(min_size=0, max_size=3))
    altered = lines[at][:place] + byte + lines[at][place + 1 :]
    if altered == lines[at] or (at == len(lines) - 1 and means(altered) == means(lines[at])):
        return  # no hash covers how the end is written
    with pytest.raises((Disproved, Unusable)):
        checking.check_whole(archive.read([*lines[:at], altered, *lines[at + 1 :]]), KEYS)
    rest = [json.loads(line) for line in lines[:-1]]
    try:
        rest[min(at, len(rest) - 1)] = json.loads(altered)
    except (ValueError, RecursionError):
        return
    made = Forged(MADE.records, ORIGIN, rest, MADE.tree)
    if rest != MADE.lines:
        with pytest.raises((Disproved, Unusable)):
            check(made)
