"""What the contract's tests share."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep logs from standard output: printing one provoked fault takes longer than all else."""
    with capture_logs():
        yield
