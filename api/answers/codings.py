"""Content codings: how the bytes of an answer become fewer."""

import sys
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GZIP_LEVEL, BROTLI_QUALITY, ZSTD_LEVEL = 6, 4, 3
"""Beyond, what is saved is a few per cent, and what it takes grows several times."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """Compresses one answer: *compress* takes its pieces in turn, *finish* gives what is left."""

    compress: Callable[[bytes], bytes]
    finish: Callable[[], bytes]

    def whole(self, body: bytes) -> bytes:
        """Return all of an answer's *body*, compressed."""
        return self.compress(body) + self.finish()


def _gzip() -> Encoder:
    made = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return Encoder(made.compress, made.flush)


def _brotli() -> Encoder:
    made = brotli.Compressor(quality=BROTLI_QUALITY)
    return Encoder(made.process, made.finish)


def _zstd() -> Encoder:
    made = zstd.ZstdCompressor(ZSTD_LEVEL)
    return Encoder(made.compress, made.flush)


CODINGS: Mapping[str, Callable[[], Encoder]] = {"zstd": _zstd, "br": _brotli, "gzip": _gzip}
"""By the name that HTTP has for each; the one that we would rather send first."""
