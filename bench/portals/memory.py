"""What memory a process has had."""

from pathlib import Path


def peak_megabytes(process: int) -> float:
    """Return the most memory that a process ever had, as Linux counts it."""
    status = Path(f"/proc/{process}/status").read_text()
    (line,) = (each for each in status.splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024
