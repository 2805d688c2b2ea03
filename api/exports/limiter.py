"""How many exports a gateway has under way: each asks the database again and again."""

from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager

from shared.core.errors import Unavailable

MOST, MOST_OF_ONE = 16, 4
"""Exports at the same time: of everybody, and of one reporter."""


class Limiter:
    """The exports of one process that have begun and not ended."""

    def __init__(self) -> None:
        """Have none."""
        self._under_way = Counter[int]()

    @contextmanager
    def slot(self, reporter: int) -> Iterator[None]:
        """Count one more of *reporter* while it lasts. Raises: Unavailable."""
        if self._under_way[reporter] >= MOST_OF_ONE:
            raise Unavailable(f"{MOST_OF_ONE} of your exports are under way: let one end")
        if self._under_way.total() >= MOST:
            raise Unavailable("as many exports are under way as may be: come again")
        self._under_way[reporter] += 1
        try:
            yield
        finally:
            self._under_way[reporter] -= 1

    async def in_turn(
        self, reporter: int, pieces: AsyncGenerator[bytes, None]
    ) -> AsyncGenerator[bytes, None]:
        """Yield *pieces* while they are counted. Raises: Unavailable."""
        async with aclosing(pieces):
            with self.slot(reporter):
                async for piece in pieces:
                    yield piece

    def __len__(self) -> int:
        """Return how many are under way."""
        return self._under_way.total()
