"""`make browser`: says which browser tests drive, and fetches one where there is none."""

import sys

from tests.web.browser.fetching import NotFetched, fetch
from tests.web.browser.finding import VARIABLE, found


def main() -> None:
    """Print the path of the browser."""
    try:
        print(found() or fetch())  # noqa: T201
    except NotFetched as error:
        sys.exit(f"error: {error}, or name a Chromium that you have in {VARIABLE}")
    except KeyboardInterrupt:
        sys.exit("interrupted: the next run of make begins anew")


if __name__ == "__main__":
    main()
