"""All that can be checked of an archive."""

from collections.abc import Sequence

from pilotzone_verify import archive, proofs, recomputing
from pilotzone_verify.notes import Checkpoint, Verifier


def check_archive(
    read: archive.Archive,
    keys: Sequence[Verifier],
    kept: Sequence[Checkpoint] = (),
    receipts: Sequence[proofs.Receipt] = (),
) -> list[str]:
    """Check every hash and signature, look *receipts* up, and compute every score again.

    Say what was found. Raises: Disproved, Unusable.
    """
    found = archive.check_seals(read, keys, kept)
    found += [archive.check_receipt(read, each) for each in receipts]
    return found + recomputing.check_scores(read)
