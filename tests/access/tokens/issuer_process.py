"""An issuer as a process of its own: `python -m tests.access.tokens.issuer_process`.

It has keys, publishes those that it is told to, signs what it is asked to, and can be told to
misbehave. It prints its name, which is where it listens.
"""

import asyncio
import socket
from collections import Counter
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import serialize_compact

KEYS: dict[str, tuple[str, Key]] = {
    "first": ("RS256", RSAKey.generate_key(2048)),
    "second": ("ES256", ECKey.generate_key("P-256")),
    "third": ("Ed25519", OKPKey.generate_key("Ed25519")),
}

app = FastAPI()
asked = Counter[str]()
told: dict[str, Any] = {"published": ["first"], "fault": None}


@app.get("/.well-known/openid-configuration")
async def about(request: Request) -> Response:
    """Say who this is, and where its keys are."""
    asked["discovery"] += 1
    name = str(request.base_url).removesuffix("/")
    match told["fault"]:
        case "silent":
            await asyncio.sleep(60)
        case "moved":
            return RedirectResponse(f"{name}/elsewhere")
        case "broken":
            return Response("no JSON")
        case "plain":
            return JSONResponse({"issuer": name, "jwks_uri": "http://keys.example/keys"})
    other = f"{name}/" if told["fault"] == "renamed" else name
    return JSONResponse({"issuer": other, "jwks_uri": f"{name}/keys"})


@app.get("/keys")
async def keys() -> Response:
    """Publish the keys, beside one of a kind that nobody knows yet."""
    asked["keys"] += 1
    if told["fault"] == "endless":
        return Response(b" " * 300_000)
    known = [
        KEYS[kid][1].as_dict(private=False) | {"kid": kid, "alg": KEYS[kid][0], "use": "sig"}
        for kid in told["published"]
    ]
    return JSONResponse({"keys": [*known, {"kty": "AKP", "kid": "new"}]})


@app.post("/signed")
async def signed(claims: Request, kid: str) -> Response:
    """Sign the claims by the key of this *kid*, published or not."""
    algorithm, key = KEYS[kid]
    header = {"alg": algorithm, "kid": kid, "typ": "at+jwt"}
    return Response(serialize_compact(header, await claims.body(), key, [algorithm]))


@app.put("/told")
async def tell(what: dict[str, Any]) -> dict[str, int]:
    """Take what to publish and how to fail; say how often each was asked for so far."""
    told.update(what)
    return dict(asked)


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)  # noqa: T201
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run([listener])
