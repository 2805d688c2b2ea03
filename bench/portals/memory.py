"""What memory a process has, and has had."""

from pathlib import Path


def megabytes(process: int) -> float:
    """Return the memory that a process has now, as Linux counts it."""
    return _stated(process, "VmRSS:")


def peak_megabytes(process: int) -> float:
    """Return the most memory that a process ever had."""
    return _stated(process, "VmHWM:")


def _stated(process: int, name: str) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    (line,) = (each for each in status.splitlines() if each.startswith(name))
    return int(line.split()[1]) / 1024
