"""All that can be checked of an archive."""

from collections.abc import Sequence

from pilotzone_verify import archive, proofs, recomputing
from pilotzone_verify.notes import Checkpoint, Trusted
from pilotzone_verify.outcome import Unusable


def check_archive(
    read: archive.Archive,
    keys: Trusted,
    kept: Sequence[Checkpoint] = (),
    receipts: Sequence[proofs.Receipt] = (),
) -> list[str]:
    """Check every hash and signature, look *receipts* up, and compute every score again.

    Say what was found. Raises: Disproved; Unusable, also where no checkpoint covers the last run.
    """
    found = check_whole(read, keys, kept, receipts)
    if archive.vouched(read, kept) < read.run:
        raise Unusable(f"nobody vouches for run {read.run}: no signed checkpoint covers it yet")
    return found


def check_whole(
    read: archive.Archive,
    keys: Trusted,
    kept: Sequence[Checkpoint] = (),
    receipts: Sequence[proofs.Receipt] = (),
) -> list[str]:
    """Check all that `check_archive` does, but for who vouches: an unsigned end may be whole.

    Raises: Disproved, Unusable.
    """
    found = archive.check_seals(read, keys, kept)
    found += [archive.check_receipt(read, each) for each in receipts]
    return found + recomputing.check_scores(read)
