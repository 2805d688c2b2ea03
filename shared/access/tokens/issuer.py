"""Asking an issuer for its keys (OpenID Connect Discovery): where they are, and then for them."""

import asyncio
from typing import Any

import httpx

from shared.access.tokens import strict_json
from shared.access.tokens.configuration import may_be_asked
from shared.access.tokens.key_set import KeySet

WELL_KNOWN = "/.well-known/openid-configuration"
SECONDS = 5.0
"""For both answers together."""

MOST = 256 * 1024
"""Bytes of an answer."""

ASKED_FOR = {"Accept": "application/json", "Accept-Encoding": "identity"}
"""Compressed, a short answer could become a long one."""


class IssuerUnusable(Exception):
    """The issuer does not answer, or not as it must; the message says which."""


async def keys_of(issuer: str) -> KeySet:
    """Ask *issuer* for its keys, following no redirection. Raises: IssuerUnusable."""
    try:
        # In a thread, since reading the authorities' certificates takes a while.
        opened = await asyncio.to_thread(httpx.AsyncClient, headers=ASKED_FOR)
        async with asyncio.timeout(SECONDS), opened as client:
            about = await _document(client, issuer.removesuffix("/") + WELL_KNOWN)
            where = about.get("jwks_uri")
            if about.get("issuer") != issuer:
                raise IssuerUnusable("it calls itself by another name than PILOTZONE_OIDC_ISSUER")
            if not isinstance(where, str) or not may_be_asked(where):
                raise IssuerUnusable("its jwks_uri is no HTTPS URL")
            return KeySet(await _document(client, where))
    except TimeoutError:
        raise IssuerUnusable("it takes too long") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise IssuerUnusable(f"it is out of reach: {type(error).__name__}") from None
    except ValueError as error:
        raise IssuerUnusable(f"what it answers is unreadable: {error}") from None


async def _document(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    async with client.stream("GET", url) as answer:
        if answer.status_code != httpx.codes.OK:
            raise IssuerUnusable(f"it answers with {answer.status_code}")
        body = bytearray()
        async for piece in answer.aiter_raw():
            body += piece
            if len(body) > MOST:
                raise IssuerUnusable("its answer is too long")
    return strict_json.document(bytes(body))
