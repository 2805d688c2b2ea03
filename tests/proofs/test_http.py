"""Checkpoints, proofs, receipts and archives over HTTP, checked by the verifier alone."""

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from pilotzone_verify import archive, notes, proofs, recomputing, seals, trees
from pilotzone_verify.__main__ import main
from pilotzone_verify.outcome import Disproved
from shared.database import Database
from shared.seals import epoch_store
from shared.seals import proofs as sealed_proofs
from shared.seals import signing as signing_of_logs
from tests.fixtures.http import problem
from tests.fixtures.make import APPLICANTS, ROUND, STATIONS, World, worker_over
from tests.seals.sealing import KEYS, SIGNER, WITNESSED_BY, cosigned, sealed, witness_key


async def told(world: World, value: float, applicant: str = "C1") -> Any:
    """Report a count, run the round and seal the run; return the answer."""
    answer = await world.submit("source", applicant, STATIONS, value)
    assert answer.status_code == 201
    await worker_over(world.worker_database).sweep()
    await sealed(world.worker_database)
    return answer.json()


async def got(world: World, path: str, role: str = "auditor", **params: Any) -> httpx.Response:
    """Return what is answered to a GET of the round."""
    answer = await world.call(role, "GET", f"/rounds/{ROUND}{path}", **params)
    assert answer.status_code == 200, answer.text
    return answer


async def kept(world: World) -> notes.Checkpoint:
    """Return the newest checkpoint, as an auditor would keep it."""
    note = notes.read_note((await got(world, "/checkpoints/latest", "portal")).text)
    assert notes.verified(note, KEYS)
    return notes.read_checkpoint(note.text)


async def test_an_applicant_can_prove_its_score_and_rank_to_anybody(signing: World) -> None:
    await told(signing, 40)
    await told(signing, 30, "C2")
    proof = (await got(signing, "/proofs/C1", "portal")).json()
    found = proofs.check_place(proof, KEYS, [await kept(signing)])
    assert found[-1].startswith("C1: ")
    assert "C2" not in json.dumps(proof)
    earlier = (await got(signing, "/proofs/C1", run=1)).json()
    assert earlier["run"] == 1
    assert proofs.check_place(earlier, KEYS, [])
    earlier["place"]["total"] += 1
    with pytest.raises(Disproved):
        proofs.check_place(earlier, KEYS, [])


async def test_what_the_proofs_of_one_run_share_is_worked_out_once(
    signing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await told(signing, 40)
    worked_out, ranked = [], sealed_proofs.ranked

    async def counted(*given: Any) -> sealed_proofs.Ranked:
        worked_out.append(given)
        return await ranked(*given)

    monkeypatch.setattr(sealed_proofs, "ranked", counted)
    asked = [got(signing, f"/proofs/{code}") for code in APPLICANTS]
    answers = [*await asyncio.gather(*asked), await got(signing, "/proofs/C1")]

    assert len(worked_out) == 1
    for answer, code in zip(answers, [*APPLICANTS, "C1"], strict=True):
        assert proofs.check_place(answer.json(), KEYS, [])[-1].startswith(f"{code}: ")


async def test_two_kept_checkpoints_are_of_one_log(signing: World) -> None:
    await told(signing, 40)
    before = await kept(signing)
    await told(signing, 50)
    after = await kept(signing)
    params = {"from": before.size, "to": after.size}
    proof = (await got(signing, "/consistency", "portal", **params)).json()
    assert proofs.check_growth(proof, [before, after])
    listed = (await got(signing, "/checkpoints")).json()
    assert [each["size"] for each in listed["items"]] == [after.size, before.size]
    assert listed["keys"] == [str(SIGNER.verifier)]


async def test_logs_are_hashed_off_the_event_loop_however_long_they_are(
    signing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = list[threading.Thread]()

    def noted(hashing: Callable[..., Any]) -> Callable[..., Any]:
        def noting(*given: Any) -> Any:
            threads.append(threading.current_thread())
            return hashing(*given)

        return noting

    monkeypatch.setattr(signing_of_logs, "root", noted(trees.root))
    await told(signing, 40)
    size = (await kept(signing)).size
    sizes: dict[str, Any] = {"from": size, "to": size}
    monkeypatch.setattr(trees, "consistency", noted(trees.consistency))
    await got(signing, "/consistency", **sizes)
    assert len(threads) == 2
    assert threading.main_thread() not in threads


async def test_an_auditor_checks_a_round_from_its_archive_and_a_reporter_from_its_receipt(
    signing: World,
) -> None:
    said = await told(signing, 40)
    receipt = (await got(signing, f"/submissions/{said['id']}/receipt", "source")).json()
    lines = (await got(signing, "/archive")).content.splitlines(keepends=True)
    read = archive.read(lines)
    assert seals.check_seals(read, KEYS, [await kept(signing)])
    assert recomputing.check_scores(read)
    held = proofs.receipt(receipt, KEYS)
    assert seals.check_receipt(read, held) == f"submission {said['id']} is in the archive"


async def test_what_is_set_aside_has_a_receipt_and_is_in_the_archive(signing: World) -> None:
    for value, moment in ((40, "2026-06-02T10:00:00Z"), (39, "2026-06-02T09:00:00Z")):
        await signing.submit("source", "C1", STATIONS, value, reported_at=moment)
    shown = (await got(signing, "/submissions", set_aside="superseded")).json()["items"]
    path = f"/submissions/{shown[0]['id']}/receipt"
    receipt = (await got(signing, path, "source")).json()
    assert receipt["record"]["set_aside"] == "superseded"
    assert (await got(signing, path, "admin")).status_code == 200
    problem(await signing.call("portal", "GET", f"/rounds/{ROUND}{path}"), 404, "not-found")

    await worker_over(signing.worker_database).sweep()
    await sealed(signing.worker_database)

    read = archive.read((await got(signing, "/archive")).content.splitlines(keepends=True))
    assert seals.check_seals(read, KEYS, [await kept(signing)])
    held = proofs.receipt(receipt, KEYS)
    assert seals.check_receipt(read, held).endswith("is in the archive, among those set aside")


async def test_an_archive_is_of_the_last_run_that_is_signed_unless_another_is_asked_for(
    signing: World,
) -> None:
    await told(signing, 40)
    await signing.submit("source", "C1", STATIONS, 50)
    await worker_over(signing.worker_database).sweep()
    await sealed(signing.worker_database, signs=False)

    for query, run in (("", 1), ("?run=2", 2)):
        answer = await got(signing, f"/archive{query}")
        assert f"{ROUND}-run-{run}.jsonl" in answer.headers["content-disposition"]
        read = archive.read(answer.content.splitlines(keepends=True))
        assert (read.run, seals.vouched(read)) == (run, 1)
        assert seals.check_seals(read, KEYS, [])


async def test_what_was_kept_before_a_restore_is_compared_with_what_the_new_log_goes_on_from(
    signing: World, owner: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last checkpoint by any file of the new epoch, an earlier one by the earlier epoch's."""
    await told(signing, 40)
    earlier = (await got(signing, "/checkpoints/latest")).text
    await told(signing, 50)
    async with owner.session() as session:
        await epoch_store.begin(session, 1)
    await sealed(signing.worker_database)
    last = (await got(signing, "/checkpoints/latest", epoch=1)).text
    sizes: dict[str, Any] = {"from": int(earlier.split("\n")[1]), "to": int(last.split("\n")[1])}
    growth = await got(signing, "/consistency", epoch=1, **sizes)
    files = {
        "keys": str(SIGNER.verifier),
        "earlier": earlier,
        "last": last,
        "growth": growth.text,
        "proof": (await got(signing, "/proofs/C1")).text,
        "archive": (await got(signing, "/archive")).text,
        "archive-1": (await got(signing, "/archive", epoch=1)).text,
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8")

    def verified(name: str, *kept: str) -> int:
        asked = [f"--checkpoint={tmp_path / each}" for each in kept]
        return main([str(tmp_path / name), f"--key={tmp_path / 'keys'}", *asked])

    for name in ("proof", "archive"):
        assert verified(name, "last") == 0
        assert "goes on from the checkpoint that you keep" in capsys.readouterr().out
        assert verified(name, "earlier") == 2
    assert verified("growth", "earlier", "last") == 0
    assert verified("archive-1", "earlier", "last") == 0
    assert growth.json()["epoch"] == 1
    for path, params in (
        ("consistency", sizes | {"epoch": 3}),
        ("checkpoints/latest", {"epoch": 3}),
        ("archive", {"epoch": 3}),
        ("archive", {"epoch": 3, "run": 1}),
    ):
        refused = await signing.call("auditor", "GET", f"/rounds/{ROUND}/{path}", **params)
        problem(refused, 404, "not-found")


async def test_a_receipt_is_for_its_reporter_and_an_archive_for_auditors(signing: World) -> None:
    said = await told(signing, 40)
    path = f"/rounds/{ROUND}/submissions/{said['id']}/receipt"
    problem(await signing.call("portal", "GET", path), 404, "not-found")
    assert (await signing.call("auditor", "GET", path)).status_code == 200
    for role in ("portal", "source", "expert"):
        answer = await signing.call(role, "GET", f"/rounds/{ROUND}/archive")
        problem(answer, 403, "forbidden")


async def test_an_expert_has_no_proof_while_it_may_not_see_the_ranking(signing: World) -> None:
    await told(signing, 40)
    answer = await signing.call("expert", "GET", f"/rounds/{ROUND}/proofs/C1")
    problem(answer, 409, "marks-outstanding")


async def test_nothing_is_signed_before_a_run_is(world: World) -> None:
    for path in ("checkpoints/latest", "proofs/C1", "archive"):
        problem(await world.call("auditor", "GET", f"/rounds/{ROUND}/{path}"), 404, "not-found")


async def test_a_gateway_without_a_key_gives_no_receipts(world: World) -> None:
    said = (await world.submit("source", "C1", STATIONS, 1)).json()
    answer = await world.call("source", "GET", f"/rounds/{ROUND}/submissions/{said['id']}/receipt")
    problem(answer, 404, "not-found")


async def test_a_witness_is_kept_below_its_checkpoint_and_asked_for_by_the_verifier(
    signing: World, owner: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of those that the operator names alone, below the very checkpoint that was signed.

    And only as of a moment at which it could be seen, in the log that goes on.
    """
    transport: Any = signing.client._transport
    await told(signing, 40)
    note = (await got(signing, "/checkpoints/latest")).text
    path = f"/rounds/{ROUND}/checkpoints/{(await kept(signing)).size}/cosignatures"
    said = {"cosignature": cosigned(note)}
    unknown = await signing.call("auditor", "POST", path, said)
    transport.app.state.gateway.witnesses.append(WITNESSED_BY)
    other = note.replace("R2026", "R2027")
    below_another = await signing.call("auditor", "POST", path, {"cosignature": cosigned(other)})
    before, to_come = [
        await signing.call("auditor", "POST", path, {"cosignature": cosigned(note, seconds)})
        for seconds in (-1000, 1000)
    ]
    for _ in range(2):
        answer = await signing.call("auditor", "POST", path, said)
        assert answer.json()["note"] == note + said["cosignature"]
    trail = await signing.call("auditor", "GET", "/audit/events", action="checkpoint.witnessed")
    files = {"keys": str(SIGNER.verifier), "witness": str(WITNESSED_BY)}
    files["proof"] = (await got(signing, "/proofs/C1")).text
    files["archive"] = (await got(signing, "/archive")).text
    files["stranger"] = str(witness_key("stranger.example", bytes(32)))
    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8")
    async with owner.session() as session:
        await epoch_store.begin(session, 1)
    of_old = await signing.call("auditor", "POST", path, {"cosignature": cosigned(note, 1)})

    problem(unknown, 404, "not-found")
    for answer in (below_another, before, to_come, of_old):
        refused = problem(answer, 422, "invalid")
        assert [each["code"] for each in refused["errors"]] == ["cosignature-refused"]
    assert len(trail.json()["items"]) == 1
    for name in ("proof", "archive"):
        asked = [str(tmp_path / name), f"--key={tmp_path / 'keys'}"]
        assert main([*asked, f"--witness={tmp_path / 'witness'}"]) == 0
        assert (
            f"witnessed by {WITNESSED_BY.short}: up to entry 3, in second 1"
            in capsys.readouterr().out
        )
        assert main([*asked, f"--witness={tmp_path / 'stranger'}"]) == 1
        assert "no checkpoint here was witnessed by stranger.example" in capsys.readouterr().out
