"""What a worker remembers of its runs, within bounds."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from shared.runs.service import Outcome, Scope
from shared.runs.statements import nothing
from shared.runs.store import NewRun
from tests.fixtures.rescorings import rescored
from tests.runs.test_rescoring import scored
from worker import remembering
from worker.remembering import Remembered

RUN = NewRun(1, "test", (), 0, 1, 2, 2, 0.0, 0.0, 0.0, datetime(2026, 7, 1, tzinfo=UTC))


def outcome(round_id: int) -> Outcome:
    """Give the outcome of a run over two applicants."""
    scope = Scope((1, date(2026, 6, 30)), ["A", "B"], ["county", "county"])
    return Outcome(round_id, RUN, scope, rescored(scored(1.0, np.nan)), nothing(scope.rules, 2), ())


def test_the_last_run_is_remembered_and_others_while_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remembering, "MOST_BYTES", 2 * outcome(1).nbytes)
    remembered = Remembered()
    for round_id in (1, 2, 1, 3):
        remembered.keep(outcome(round_id))
    assert [remembered.of(each) is None for each in (1, 2, 3)] == [False, True, False]

    monkeypatch.setattr(remembering, "MOST_BYTES", 1)
    remembered.keep(outcome(1))
    assert list(remembered.outcomes) == [1]


def test_a_round_without_runs_is_forgotten() -> None:
    now = 0.0
    remembered = Remembered(clock=lambda: now)
    remembered.keep(outcome(1))
    now = remembering.IDLE.total_seconds()
    remembered.keep(outcome(2))
    remembered.forget_idle()
    assert set(remembered.outcomes) == {1, 2}

    now += 1
    remembered.forget_idle()
    assert set(remembered.outcomes) == {2}
