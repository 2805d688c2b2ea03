"""The public keys of witnesses that an operator names."""

from pathlib import Path

import pytest

from shared.seals.witnessing import read_witnesses
from shared.settings import SettingUnusable
from tests.seals.sealing import SIGNER, WITNESSED_BY


def test_a_key_that_is_named_twice_is_one_witness(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{WITNESSED_BY}\n{WITNESSED_BY}\n", "utf-8")
    assert read_witnesses(f"{file}:{file}") == [WITNESSED_BY]


def test_the_key_of_a_log_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(str(SIGNER.verifier), "utf-8")
    with pytest.raises(SettingUnusable, match=r"PILOTZONE_WITNESS_KEYS: .* a key of a log"):
        read_witnesses(str(tmp_path / "keys"))
