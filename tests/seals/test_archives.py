"""An archive of a real round: the verifier finds every hash and every score as they should be."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.database import Database
from tests.independent.rounds import COUNTIES, PARKS, played
from tests.independent.test_recompute import DOCUMENTS
from tests.seals.sealing import archived, checked, sealed


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
async def test_the_verifier_computes_every_score_again_from_the_archive(
    owner: Database, worker_database: Database, document: Callable[[], Any]
) -> None:
    await played(owner, worker_database, document(), seed=3)
    await sealed(worker_database)
    for run in (1, 2):
        found = checked(await archived(owner, "R", run))
        assert found[-1].startswith(f"run {run}: {len(COUNTIES + PARKS)} scores of ")
        assert found[0].split(": ")[1] == "4 entries hang together, 4 of them signed"
