"""The systemd units: installed as documented, read by systemd where there is one, and by us."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import typer

from api.__main__ import DRAIN_SECONDS
from cli.main import application
from tests.fixtures.documents import ROOT
from tests.fixtures.terminal import Terminal, shown, terminal
from tests.repository.test_deployment import SERVICES

FOLDER = ROOT / "deploy" / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
SERVING = {"pilotzone-gateway": "gateway", "pilotzone-worker@": "worker"}
"""Which service of the composition does the same as a unit."""

PROGRAM = "/opt/pilotzone/bin/pilotzone"
STANDING_IN = """
systemctl() { :; }
systemd_run() { while test "${1#--}" != "$1"; do shift; done; printf '%s ' "$@"; }
"""
"""For what only a machine that systemd runs has."""

VENV = """
make_venv() { mkdir -p "$1/bin"; ln -sf /bin/true "$1/bin/pip"; }
"""
"""For an environment, whose making would fetch what is locked."""

LOGINS = {"owner": "pilotzone", "gateway": "pilotzone_gateway", "worker": "pilotzone_worker"}
"""Who logs in by which file of /etc/pilotzone."""


def read(unit: Path) -> ConfigParser:
    """Read a unit; no key of ours may stand twice, which is an error here."""
    parser = ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(unit.read_text("utf-8"))
    return parser


@pytest.fixture
def here() -> Iterator[Terminal]:
    """Give a folder that stands for the machine's /etc."""
    with terminal() as here:
        (here.folder / "pilotzone").mkdir()
        (here.folder / "pilotzone" / "gateway.env").touch(0o644)
        yield here


@pytest.fixture
def installed(here: Terminal) -> Path:
    """Type what is documented; return where the units are then."""
    (script,) = (
        each.script
        for each in shown(ROOT / "docs" / "operations.md")
        if each.script.startswith("install -d --mode=700 /etc/")
    )
    typed = script.replace("/etc/", f"{here.folder}/").replace("systemd-run", "systemd_run")
    (said,) = here.types(STANDING_IN + typed)
    commands = "frameworks add", "applicants import", "keys create --role admin --name NAME"
    assert said == "".join(f"{PROGRAM} {each} " for each in commands)
    return here.folder / "systemd" / "system"


def test_they_are_installed_as_documented(here: Terminal, installed: Path) -> None:
    assert sorted(each.name for each in installed.glob("*.service")) == [
        each.name for each in UNITS
    ]
    assert (installed / "pilotzone-.service.d" / "hardened.conf").exists()
    for name, user in LOGINS.items():
        told = here.folder / "pilotzone" / f"{name}.env"
        assert told.stat().st_mode & 0o777 == 0o600
        assert told.read_text().startswith(f"PILOTZONE_DATABASE_URL=postgresql://{user}:")


def test_a_version_is_installed_beside_the_one_before_and_takes_its_place(here: Terminal) -> None:
    """Again without the old one going: it is what one goes back to."""
    (script,) = (
        each.script
        for each in shown(ROOT / "docs" / "operations.md")
        if each.script.startswith("version=")
    )
    typed = script.replace("/opt/", f"{here.folder}/opt/").replace("python3 -m venv", "make_venv")
    (here.folder / "opt").mkdir()
    link = here.folder / "opt" / "pilotzone"
    for version in ("1", "2", "1"):
        here.types(VENV + re.sub(r"^version=.*", f"version={version}", typed))

        assert link.resolve() == link.with_name(f"pilotzone-{version}")
        assert (link / "bin" / "pip").exists()
    assert sorted(each.name for each in link.parent.iterdir()) == [
        "pilotzone",
        "pilotzone-1",
        "pilotzone-2",
    ]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
@pytest.mark.parametrize(
    ("mistake", "complaints"),
    [("", 0), ("[Service]\nRestart=allways\n", 3), ("[Service]\nNoNewPriviliges=yes\n", 3)],
)
def test_systemd_reads_them(installed: Path, mistake: str, complaints: int) -> None:
    """It says what it does not understand, goes on without, and calls that a success."""
    for each in installed.glob("*.service"):
        each.write_text(each.read_text().replace(PROGRAM, "/bin/true"))
    (installed / "pilotzone-.service.d" / "mistake.conf").write_text(mistake)
    names = [each.name.replace("@", "@1") for each in UNITS]

    answer = subprocess.run(
        ["/usr/bin/env", "systemd-analyze", "verify", "--man=no", *names],
        env={"SYSTEMD_UNIT_PATH": f"{installed}:", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.stderr.count(str(installed)) == complaints, answer.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_reads_the_units_of_a_push_by_night(here: Terminal) -> None:
    (script,) = (
        each.script
        for each in shown(ROOT / "docs" / "push.md")
        if each.script.startswith("cat > push-stations.service ")
    )
    assert PROGRAM in script
    here.types(script.replace(PROGRAM, "/bin/true"))

    answer = subprocess.run(
        ["/usr/bin/env", "systemd-analyze", "verify", "--man=no", "push-stations.timer"],
        env={"SYSTEMD_UNIT_PATH": f"{here.folder}:", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (answer.returncode, answer.stderr.count(str(here.folder))) == (0, 0), answer.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_a_command_that_there_is(unit: Path) -> None:
    program, name, *arguments = read(unit)["Service"]["ExecStart"].split()
    command: Any = typer.main.get_command(application()).commands[name]  # type: ignore[attr-defined]
    options = {option for each in command.params for option in each.opts}

    assert program == PROGRAM
    assert {each for each in arguments if each.startswith("-")} <= options
    command.make_context(name, arguments)  # refuses what is missing or of the wrong kind


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_each_unit_is_told_its_own_login_alone(unit: Path) -> None:
    who = unit.stem.removeprefix("pilotzone-").strip("@").replace("migrate", "owner")

    assert read(unit)["Service"]["EnvironmentFile"] == f"/etc/pilotzone/{who}.env"


@pytest.mark.parametrize("name", SERVING)
def test_what_serves_is_started_again_and_stopped_as_by_compose(name: str) -> None:
    unit = read(FOLDER / f"{name}.service")
    service = unit["Service"]
    grace = {"30s": 30, "1m": 60}[SERVICES[SERVING[name]]["stop_grace_period"]]

    assert service["Restart"] == "always"
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    assert service["KillSignal"] == "SIGTERM"
    assert int(service["TimeoutStopSec"].removesuffix("s")) == grace > DRAIN_SECONDS


def test_the_workers_health_file_lies_in_the_only_folder_it_may_write_to() -> None:
    service = read(FOLDER / "pilotzone-worker@.service")["Service"]

    (health_file,) = re.findall(r"--health-file (\S+)", service["ExecStart"])
    assert Path(health_file).parent == Path("/run") / service["RuntimeDirectory"]


def test_they_can_change_and_gain_nothing() -> None:
    hardened = read(FOLDER / "hardened.conf")["Service"]

    assert hardened["DynamicUser"] == hardened["NoNewPrivileges"] == "yes"
    assert hardened["ProtectSystem"] == "strict"
    assert hardened["CapabilityBoundingSet"] == ""
