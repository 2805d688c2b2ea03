"""Tools that others use on contracts: linters find nothing, and a generated client works.

Those of Node.js are installed once, as their lock file says, where Node.js and its registry are.
"""

import asyncio
import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from subprocess import PIPE, STDOUT
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from api.app import over
from shared.settings import Settings
from tests.contract.document import ROOT
from tests.fixtures.make import ROUND, World
from tests.fixtures.sockets import serving

CLIENTS = ROOT / "tests" / "contract" / "clients"
INSTALLED = ROOT / ".cache" / "node"
LEAST_NODE = (20, 19)
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "CI": "true"}
MOST_SECONDS = 600
"""For one tool: beside other work they take minutes."""

OF_THE_GENERATOR = re.compile(r"^ *\[name: string\]: unknown;$")
"""Headers beside those that are named: openapi-typescript says it of every answer."""

ROUND_TRIP = {
    "results": ["created", "revised"],
    "values": [12, 13],
    "states": ["recomputing"],
    "refused": "/problems/forbidden",
}


def installed() -> Path:
    """Return the folder of Node.js's packages, installed as the lock file says; skip without."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("there is no Node.js with npm")
    version = subprocess.check_output([node, "--version"], text=True).strip()
    if tuple(map(int, version.lstrip("v").split(".")[:2])) < LEAST_NODE:
        pytest.skip(f"Node.js {version} is older than the tools need")
    lock = hashlib.sha256((CLIENTS / "package-lock.json").read_bytes()).hexdigest()
    folder = INSTALLED / lock[:16]
    if not folder.exists():
        install(npm, folder)
    return folder / "node_modules"


def install(npm: str, folder: Path) -> None:
    """Install the packages in *folder*, all or none; skip where the registry is out of reach."""
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=INSTALLED) as building:
        complete = Path(building, "complete")
        complete.mkdir()
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(CLIENTS / name, complete)
        command = [npm, "ci", "--fetch-retries=1", "--fetch-timeout=20000"]
        try:
            done = subprocess.run(
                command,
                check=False,
                cwd=complete,
                capture_output=True,
                text=True,
                timeout=MOST_SECONDS,
            )
        except subprocess.TimeoutExpired:
            pytest.skip(f"npm cannot install the tools in {MOST_SECONDS} seconds")
        if done.returncode != 0:
            reason = next(iter(done.stderr.splitlines()), "no reason given")
            pytest.skip(f"npm cannot install the tools: {reason}")
        complete.rename(folder)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the tools of Node.js, what they are told, and the contract."""
    folder = tmp_path_factory.mktemp("node")
    (folder / "node_modules").symlink_to(installed())
    for name in ("package.json", "redocly.yaml", "spectral.yaml", "tsconfig.json", "client.ts"):
        shutil.copy(CLIENTS / name, folder)
    shutil.copy(ROOT / "openapi" / "openapi.json", folder)
    return folder


def run(folder: Path, *command: str) -> str:
    """Run a tool in the *folder*, which must succeed; return what it says."""
    done = subprocess.run(
        command,
        check=False,
        cwd=folder,
        env={**os.environ, **QUIET},
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def generate(folder: Path, *command: str) -> None:
    """Run a generator in the *folder*, which must find nothing to warn of."""
    done = subprocess.run(
        command,
        check=True,
        cwd=folder,
        stdout=PIPE,
        stderr=STDOUT,
        text=True,
        timeout=MOST_SECONDS,
    )
    assert not re.search("warn|unsupported|missing", done.stdout, re.IGNORECASE), done.stdout


def tool(name: str) -> str:
    """Return how to call a tool of Node.js in the workshop."""
    return f"node_modules/.bin/{name}"


def test_redocly_finds_nothing(workshop: Path) -> None:
    """Its strictest set of rules, in which warnings are errors."""
    said = run(workshop, tool("redocly"), "lint", "openapi.json", "--format=json")

    assert json.loads(said)["problems"] == []


def test_spectral_finds_nothing(workshop: Path) -> None:
    """Its own rules and OWASP's."""
    rules = ("--ruleset", "spectral.yaml", "--fail-severity", "hint")

    run(workshop, tool("spectral"), "lint", "openapi.json", *rules, "--format", "json")


async def round_trip(world: World, url: str, folder: Path, *command: str) -> Any:
    """Run a client against a gateway over a socket; return what it found."""
    keys = [world.headers[role]["Authorization"].split()[1] for role in ("source", "portal")]
    async with serving(over(url, Settings()), lifespan="on") as served:
        base = f"http://127.0.0.1:{served.port}"
        said = await asyncio.to_thread(run, folder, *command, base, *keys, ROUND)
    return json.loads(said)


async def test_a_client_in_typescript_does_a_round_trip(
    world: World, url: str, workshop: Path
) -> None:
    """Generated, compiled strictly, run; what is typed as unknown can be counted."""
    generate(workshop, tool("openapi-typescript"), "openapi.json", "--output", "schema.d.ts")
    run(workshop, tool("tsc"))

    assert await round_trip(world, url, workshop, "node", "built/client.js") == ROUND_TRIP
    lines = (workshop / "schema.d.ts").read_text("utf-8").splitlines()
    code = [each for each in lines if not re.match(r"\s*(/?\*|\w+: [\"'])", each)]
    loose = [each for each in code if re.search(r"\b(unknown|any)\b", each)]
    named = [each for each in loose if not OF_THE_GENERATOR.match(each)]
    of_any_members = ("AuditDetail", "Recorded", "Problem")
    assert [each.strip() for each in named] == ["[key: string]: unknown;"] * len(of_any_members)
