"""Tools that others use on contracts: linters find nothing, and generated clients work.

They are installed once, as their lock files say, where their registry is, and Node.js for some.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Any

import pytest

from api.app import over
from shared.settings import Settings
from tests.contract.document import ROOT
from tests.contract.kept import kept
from tests.fixtures.make import ROUND, World
from tests.fixtures.sockets import serving

CLIENTS = ROOT / "tests" / "contract" / "clients"
LEAST_NODE = (20, 19)
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "CI": "true"}
MOST_SECONDS = 600
"""For one tool: beside other work they take minutes."""

OF_THE_GENERATOR = re.compile(r"^ *\[name: string\]: unknown;$")
"""Headers beside those that are named: openapi-typescript says it of every answer."""

ONLY_IN_JSON = {
    "POST /v1/rounds/{round}/submissions/batch": 3,
    "GET /v1/rounds/{round}/archive": 1,
}
"""How many formats of files the generator of Python leaves out, and nothing else."""

ROUND_TRIP = {
    "results": ["created", "revised"],
    "values": [12, 13],
    "states": ["recomputing"],
    "refused": "/problems/forbidden",
}


def node_packages() -> Path:
    """Return the folder of Node.js's packages, installed as the lock file says; skip without."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("there is no Node.js with npm")
    version = subprocess.check_output([node, "--version"], text=True).strip()
    if tuple(map(int, version.lstrip("v").split(".")[:2])) < LEAST_NODE:
        pytest.skip(f"Node.js {version} is older than the tools need")

    def install(folder: Path) -> None:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(CLIENTS / name, folder)
        fetched(folder, npm, "ci", "--fetch-retries=1", "--fetch-timeout=20000")

    return kept("node", CLIENTS / "package-lock.json", install) / "node_modules"


def python_of_generator() -> Path:
    """Return the Python that has the generator of clients, which needs other packages than we."""
    lock = CLIENTS / "requirements.txt"

    def install(folder: Path) -> None:
        uv = str(Path(sys.executable).with_name("uv"))
        fetched(folder, uv, "venv", "--python", sys.executable, "env")
        into = ("--python", "env/bin/python", "--require-hashes", "--requirement", str(lock))
        fetched(folder, uv, "pip", "install", *into)

    return kept("python-client", lock, install) / "env" / "bin" / "python"


def fetched(folder: Path, *command: str) -> None:
    """Have packages installed in *folder*; skip where their registry is out of reach."""
    try:
        done = subprocess.run(
            command,
            check=False,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=MOST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"the tools cannot be installed in {MOST_SECONDS} seconds")
    if done.returncode != 0:
        said = [each for each in done.stderr.splitlines() if not each.startswith("WARNING")]
        pytest.skip(f"the tools cannot be installed: {next(iter(said), 'no reason given')}")


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the tools of Node.js, what they are told, and the contract."""
    folder = tmp_path_factory.mktemp("node")
    (folder / "node_modules").symlink_to(node_packages())
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


def generate(folder: Path, *command: str) -> str:
    """Run a generator in the *folder*; return all that it says."""
    done = subprocess.run(
        command,
        check=True,
        cwd=folder,
        stdout=PIPE,
        stderr=STDOUT,
        text=True,
        timeout=MOST_SECONDS,
    )
    return done.stdout


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
    generator = (tool("openapi-typescript"), "openapi.json", "--output", "schema.d.ts")
    said = generate(workshop, *generator)
    assert not re.search("warn|unsupported|missing", said, re.IGNORECASE), said
    run(workshop, tool("tsc"))

    assert await round_trip(world, url, workshop, "node", "built/client.js") == ROUND_TRIP
    lines = (workshop / "schema.d.ts").read_text("utf-8").splitlines()
    code = [each for each in lines if not re.match(r"\s*(/?\*|\w+: [\"'])", each)]
    loose = [each for each in code if re.search(r"\b(unknown|any)\b", each)]
    named = [each for each in loose if not OF_THE_GENERATOR.match(each)]
    of_any_members = ("AuditDetail", "Recorded", "Problem")
    assert [each.strip() for each in named] == ["[key: string]: unknown;"] * len(of_any_members)


@pytest.fixture
def python_client(tmp_path: Path) -> tuple[Path, Path]:
    """Give a folder with a client generated in Python, and the Python that runs it."""
    python = python_of_generator()
    shutil.copy(CLIENTS / "client.py", tmp_path)
    generator = (str(python), "-m", "openapi_python_client", "generate", "--meta", "none")
    contract = ("--path", str(ROOT / "openapi" / "openapi.json"))
    config = ("--config", str(CLIENTS / "openapi-python-client.yaml"))
    said = generate(tmp_path, *generator, *contract, *config, "--output-path", "pilotzone_client")
    assert Counter(re.findall(r"^WARNING parsing (\S+ \S+)", said, re.MULTILINE)) == ONLY_IN_JSON
    assert "Unable to" not in said
    return tmp_path, python


async def test_a_client_in_python_does_a_round_trip(
    world: World, url: str, python_client: tuple[Path, Path]
) -> None:
    """Generated with every model and operation, checked by mypy, run."""
    folder, python = python_client
    whole = ("-p", "pilotzone_client", "-m", "client")
    mypy = (sys.executable, "-m", "mypy", "--config-file=", "--python-executable", str(python))
    run(folder, *mypy, *whole)

    assert await round_trip(world, url, folder, str(python), "client.py") == ROUND_TRIP
