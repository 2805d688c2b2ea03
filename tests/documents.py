"""Reading Markdown: what a document shows, lists and links to."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    path
    for path in sorted(ROOT.rglob("*.md"))
    if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
]


def blocks(text: str) -> list[tuple[str, str]]:
    """Return language and content of each code block."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def prose(text: str) -> str:
    """Return *text* without its code blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def headings(text: str) -> list[tuple[str, str]]:
    """Return hashes and words of each heading."""
    return re.findall(r"^(#+) (.*)$", prose(text), re.MULTILINE)


def anchors(text: str) -> list[str]:
    """Return what a link to each heading ends in."""
    return [re.sub(r"[^\w -]", "", words).lower().replace(" ", "-") for _, words in headings(text)]


def section(text: str, heading: str) -> str:
    """Return what stands between *heading* and the next of any level."""
    _, _, rest = text.partition(f"\n{heading}\n")
    assert rest, heading
    return re.split(r"^#+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of the rows of each table, its heading and rule left out."""
    tables = re.findall(r"^\|.*\|\n\|[ |-]+\|\n((?:\|.*\|\n)+)", text, re.MULTILINE)
    return [row.strip("| ").split(" | ") for table in tables for row in table.splitlines()]


def links(text: str) -> list[str]:
    """Return the targets of the links that stay in the repository."""
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(text))
    return [target for target in targets if "://" not in target]


def commands(text: str) -> str:
    """Return what *text* shows to be typed, in blocks or in a line, a command to a line."""
    typed = [content for language, content in blocks(text) if language == "sh"]
    spans = re.findall(r"`((?:pilotzone|make) [^`]+)`", prose(text))
    return "\n".join([*typed, *spans]).replace("\\\n", " ")
