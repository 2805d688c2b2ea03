"""The composition, as far as it can be held to its word without Docker; test_image.py its image."""

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.core.database_role import DatabaseRole
from shared.settings import Settings
from tests.fixtures.waiting import eventually
from tests.worker.processes import service_process

ROOT = Path(__file__).parents[2]
COMPOSITION: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSITION["services"]
PASSWORDS = (
    "PILOTZONE_DB_PASSWORD",
    "PILOTZONE_GATEWAY_DB_PASSWORD",
    "PILOTZONE_WORKER_DB_PASSWORD",
)
OURS = [name for name, service in SERVICES.items() if service["image"] == "pilotzone"]


def test_no_password_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()

    for name in PASSWORDS:
        assert text.count(f"${{{name}:?") == text.count(f"${{{name}") > 0


def test_each_service_has_the_password_of_its_own_login_alone() -> None:
    """Whoever takes a gateway over finds no way to more in its environment."""
    logins = {
        "migrate": ("pilotzone", "PILOTZONE_DB_PASSWORD"),
        "gateway": (DatabaseRole.GATEWAY, "PILOTZONE_GATEWAY_DB_PASSWORD"),
        "worker": (DatabaseRole.WORKER, "PILOTZONE_WORKER_DB_PASSWORD"),
    }
    assert set(logins) == set(OURS)

    for service, (user, password) in logins.items():
        environment = SERVICES[service]["environment"]
        assert environment["PILOTZONE_DATABASE_URL"] == f"postgresql://{user}@database/pilotzone"
        assert [name for name in PASSWORDS if f"${{{name}:" in str(environment)] == [password]


def test_the_gateway_is_published_to_this_machine_alone() -> None:
    assert SERVICES["gateway"]["ports"] == ["${PILOTZONE_LISTEN:-127.0.0.1:8000}:8000"]
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["gateway"]


def test_data_outlives_the_database_container() -> None:
    """From version 18 on the image keeps its clusters one level higher than before."""
    assert "database:/var/lib/postgresql" in SERVICES["database"]["volumes"]
    assert "database" in COMPOSITION["volumes"]


def test_services_wait_for_what_they_need() -> None:
    """A condition that can never come true would keep the service down for ever."""
    for name, service in SERVICES.items():
        for needed, how in service.get("depends_on", {}).items():
            once = "restart" not in SERVICES[needed]
            assert how["condition"] == (
                "service_completed_successfully" if once else "service_healthy"
            ), name
            assert once or "healthcheck" in SERVICES[needed]
    assert (
        set(SERVICES["gateway"]["depends_on"])
        == set(SERVICES["worker"]["depends_on"])
        == {"migrate"}
    )
    assert set(SERVICES["migrate"]["depends_on"]) == {"database"}


@pytest.mark.parametrize("service", ["database", "gateway", "worker"])
def test_what_serves_is_watched_and_restarted(service: str) -> None:
    assert SERVICES[service]["restart"] == "unless-stopped"
    assert SERVICES[service]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("service", OURS)
def test_our_containers_can_change_nothing(service: str) -> None:
    assert SERVICES[service]["read_only"] is True
    assert SERVICES[service]["cap_drop"] == ["ALL"]
    assert SERVICES[service]["security_opt"] == ["no-new-privileges:true"]


def test_the_gateways_health_check_follows_a_real_gateway(url: str, tmp_path: Path) -> None:
    """Only the port differs: the composition's own may be taken here."""
    command = SERVICES["gateway"]["command"]
    *interpreter, program = SERVICES["gateway"]["healthcheck"]["test"]
    place = f"127.0.0.1:{command[command.index('--port') + 1]}/health/ready"
    assert interpreter == ["CMD", "python", "-c"]
    assert place in program
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    check = [sys.executable, "-c", program.replace(place, f"127.0.0.1:{port}/health/ready")]

    def healthy() -> bool:
        return subprocess.run(check, stderr=subprocess.DEVNULL, check=False).returncode == 0

    assert not healthy()
    with service_process("api", url, tmp_path / "log", "--port", str(port)):
        assert eventually(healthy)
    assert not healthy()


def schema_check(composition: Path) -> subprocess.CompletedProcess[str]:
    """Hold a file against the Compose Specification's schema, which the tool brings along."""
    tool = Path(sys.executable).with_name("check-jsonschema")
    return subprocess.run(
        [tool, "--builtin-schema", "vendor.compose-spec", composition],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_composition_keeps_the_compose_specification() -> None:
    answer = schema_check(ROOT / "docker-compose.yml")

    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize(
    ("written", "mistaken"),
    [
        ("  gateway:\n", "  gateway:\n    restarts: always\n"),
        ("    healthcheck:", "    healtcheck:"),
        ("start_period:", "start-period:"),
        ("volumes:\n  database:", "volume:\n  database:"),
        ("  cap_drop: [ALL]", "  cap_drop: ALL"),
        ("read_only: true", "read_only: [true]"),
        ("expose: [", "expose: [[], "),
        ("condition: service_healthy", "condition: service_healty"),
        ("stop_grace_period: 30s", "stop_grace_period: 30"),
    ],
)
def test_a_composition_that_compose_refuses_is_found(
    written: str, mistaken: str, tmp_path: Path
) -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    assert written in text
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text(text.replace(written, mistaken))

    answer = schema_check(wrong)

    assert answer.returncode == 1
    assert "Schema validation errors were encountered" in answer.stdout


@pytest.mark.parametrize("service", OURS)
def test_every_variable_is_a_setting(service: str) -> None:
    """One with another name would be passed over in silence."""
    environment = dict(SERVICES[service]["environment"])
    assert environment.pop("PGPASSWORD").startswith("${PILOTZONE_")
    settings = {
        name.removeprefix("PILOTZONE_").lower(): value for name, value in environment.items()
    }

    assert set(settings) <= set(Settings.model_fields)
    Settings.model_validate(settings)


def test_prometheus_reaches_every_worker_from_within_the_network() -> None:
    environment = SERVICES["worker"]["environment"]

    assert environment["PILOTZONE_WORKER_METRICS_HOST"] == "0.0.0.0"  # noqa: S104 -- of a container
    assert SERVICES["worker"]["expose"] == [environment["PILOTZONE_WORKER_METRICS_PORT"]]
