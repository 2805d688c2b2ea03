"""Signed notes: the published example of the format, and what spoils a note."""

import base64

import pytest

from pilotzone_verify import notes
from pilotzone_verify.trees import EMPTY

CHECKPOINT = notes.Checkpoint("example.org/log", 0, EMPTY)


def test_a_key_is_read_as_it_was_written() -> None:
    signer = notes.generate("example.org/log")
    assert notes.read_signer(signer.text()).verifier.number == signer.verifier.number
    assert str(notes.read_verifier(str(signer.verifier))) == str(signer.verifier)


def test_the_number_of_a_key_is_the_beginning_of_the_hash_that_the_format_asks_for() -> None:
    """The example of the Go module that defined the format."""
    known = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
        "\n"
        "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqf"
        "qdngotpRZb6KE6RyyBwJnAM=\n"
    )
    verifier = notes.read_verifier(known)
    assert notes.verified(notes.read_note(text), [verifier]) == [verifier]


def test_a_note_is_read_as_it_was_written_and_signed_by_old_and_new_key() -> None:
    old, new, stranger = (notes.generate(f"example.org/{name}") for name in ("a", "b", "c"))
    note = notes.read_note(str(notes.sign(str(CHECKPOINT), [old, new])))
    assert notes.read_checkpoint(note.text) == CHECKPOINT
    assert notes.verified(note, [new.verifier]) == [new.verifier]
    with pytest.raises(ValueError, match="none of the known keys"):
        notes.verified(note, [stranger.verifier])


@pytest.mark.parametrize("spoil", ["text", "signature"])
def test_a_note_of_which_a_byte_is_changed_does_not_hold(spoil: str) -> None:
    signer = notes.generate("example.org/log")
    note = notes.sign(str(CHECKPOINT), [signer])
    text = str(note)
    if spoil == "text":
        text = text.replace("\n0\n", "\n1\n", 1)
    else:
        data = bytes([note.signatures[0].data[0] ^ 1]) + note.signatures[0].data[1:]
        other = notes.Signature(signer.name, signer.verifier.number, data)
        text = str(notes.Note(note.text, (other,)))
    with pytest.raises(ValueError, match="does not hold"):
        notes.verified(notes.read_note(text), [signer.verifier])


def test_a_witness_signs_the_note_with_the_moment() -> None:
    signer = notes.generate("witness.example")
    public = signer.verifier.key.public_bytes_raw()
    number = notes._number("witness.example", notes.COSIGNATURE, public)
    witness = notes.Verifier("witness.example", number, signer.verifier.key, notes.COSIGNATURE)
    said = f"cosignature/v1\ntime 1800000000\n{CHECKPOINT}"
    data = (1800000000).to_bytes(8, "big") + signer.key.sign(said.encode())
    note = notes.Note(str(CHECKPOINT), (notes.Signature("witness.example", number, data),))
    assert notes.verified(notes.read_note(str(note)), [notes.read_verifier(str(witness))])
    later = notes.Signature("witness.example", number, bytes(8) + data[8:])
    with pytest.raises(ValueError, match="does not hold"):
        notes.verified(notes.Note(str(CHECKPOINT), (later,)), [witness])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no signature\n",
        "a\n\nb\n",
        "a\n\n\u2014 name\n",
        "a\n\n\u2014 name !!!!\n",
        "a\n\n\u2014 na+me AAAAAAA=\n",
        "a\x00\n\n\u2014 name AAAAAAA=\n",
        "a\n\n\u2014 name AAAA\n",
        "a\n\n\u2014 name AAAAAAA=",
    ],
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"note|signature|name"):
        notes.read_note(text)


@pytest.mark.parametrize("size", ["", "-1", "01", "1.0", "\u0661", " 1"])
def test_the_size_of_a_checkpoint_is_a_whole_number_written_in_one_way(size: str) -> None:
    root = base64.b64encode(EMPTY).decode()
    with pytest.raises(ValueError, match=r"checkpoint"):
        notes.read_checkpoint(f"example.org/log\n{size}\n{root}\n")
