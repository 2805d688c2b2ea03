"""Files of text: UTF-8, with or without a byte order mark."""

import codecs
import io
from collections.abc import Iterator

from shared.core.errors import FileUnreadable

MOST_LINE = 2**16
"""Characters of a line: a reader takes a line in one piece, and all others wait meanwhile."""

FOREIGN_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def lines(body: bytes) -> Iterator[str]:
    """Yield the lines of *body*, each with its ending. Raises: FileUnreadable."""
    if body.startswith(FOREIGN_MARKS):
        message = "the file is in UTF-16 or UTF-32: send it in UTF-8"
        raise FileUnreadable.of("not-utf-8", message, line=1, column=1)
    text = io.TextIOWrapper(io.BytesIO(body), "utf-8-sig", newline="")
    line = 0
    try:
        for line, each in enumerate(text, 1):
            if len(each) > MOST_LINE:
                message = f"line {line} has more than {MOST_LINE} characters"
                raise FileUnreadable.of("line-too-long", message, line=line, most=MOST_LINE)
            yield each
    except UnicodeDecodeError:
        message = f"the file is not UTF-8 from line {line + 1} on, or shortly after it"
        raise FileUnreadable.of("not-utf-8", message, line=line + 1) from None
