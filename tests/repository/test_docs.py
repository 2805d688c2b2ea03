"""The documents say what is so: what they name is there. Their commands are typed elsewhere."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
import typer
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.registry import Collector
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

import api.http.metrics
import shared.changes.metrics
import worker.metrics
from cli.main import application
from shared.settings import Settings
from tests.fixtures.documents import (
    DOCUMENTS,
    ROOT,
    anchors,
    blocks,
    commands,
    headings,
    links,
    rows,
    section,
)

README, CHINESE = (ROOT / name for name in ("README.md", "README.zh-CN.md"))
OPERATIONS = ROOT / "docs" / "operations.md"

every_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT))
)


def test_the_readme_has_the_same_parts_in_both_languages() -> None:
    """Sentences differ; headings, commands, links and tables correspond."""
    ours, theirs = README.read_text(), CHINESE.read_text()
    mutual = {README.name, CHINESE.name}

    assert [level for level, _ in headings(ours)] == [level for level, _ in headings(theirs)]
    assert blocks(ours) == blocks(theirs)
    assert set(links(ours)) - mutual == set(links(theirs)) - mutual
    assert [len(row) for row in rows(ours)] == [len(row) for row in rows(theirs)]


@every_document
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in links(document.read_text()):
        path, _, anchor = target.partition("#")
        aim = document.parent / path if path else document
        assert aim.exists(), target
        if anchor:
            assert anchor in anchors(aim.read_text()), target


@every_document
def test_every_command_that_is_shown_exists(document: Path) -> None:
    typed = commands(document.read_text()).replace("docker compose run --rm migrate", "pilotzone")
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert set(re.findall(r"\bmake ([a-z]+)", typed)) <= set(targets)
    for arguments in re.findall(r"\bpilotzone ([a-z][^)\n]*)", typed):
        command: Any = typer.main.get_command(application())
        words = arguments.replace('"', "").split()
        while hasattr(command, "commands"):
            command = command.commands[words.pop(0)]
        options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= options, arguments


def test_what_operations_leave_in_the_folder_is_no_change_to_git() -> None:
    """Dumps and copies have keys' hashes and people's names in them."""
    typed = commands(OPERATIONS.read_text())
    left = set(re.findall(r"\w+\.(?:backup|dump|tar)\b", typed))
    left |= {f"{folder}/" for folder in re.findall(r"(?<!\S)\.data[\w-]*", typed)}
    assert {"pilotzone.backup", "pilotzone.dump", "pilotzone.tar", ".data/"} <= left

    asked = ["/usr/bin/env", "git", "check-ignore", *left]
    ignored = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False).stdout

    assert set(ignored.split()) == left


def setting(name: str, field: FieldInfo) -> list[str]:
    """Return a setting as a row: its variable, default and meaning."""
    default = TypeAdapter[Any](type(field.default)).dump_python(field.default, mode="json")
    if isinstance(default, bool):
        default = str(default).lower()  # as variables are written
    meaning = field.description or ""
    if get_origin(field.annotation) is Literal:
        meaning += f" One of {', '.join(f'`{choice}`' for choice in get_args(field.annotation))}."
    return [f"`PILOTZONE_{name.upper()}`", "—" if default is None else f"`{default}`", meaning]


def test_the_table_of_settings_is_that_of_the_code() -> None:
    settings = [setting(name, field) for name, field in Settings.model_fields.items()]

    assert rows(section(README.read_text(), "### Settings")) == settings
    translated = rows(section(CHINESE.read_text(), "### 配置项"))
    assert [row[:2] for row in translated] == [row[:2] for row in settings]


def test_the_architecture_is_one_page_of_paths_that_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    named = re.findall(r"`(\w[\w./-]*(?:/\w+|\.py|\.toml|\.yaml))`", text)
    pipeline = re.findall(r"^    (\w+\.py) ", text, re.MULTILINE)

    assert text.count("\n") <= 90
    assert len(pipeline) == 5
    for path in [*named, *pipeline]:
        somewhere = path in {
            "service.py",
            "store.py",
            "tables.py",
            "routes.py",
            "schemas.py",
            "scales.py",
        }
        assert somewhere or (ROOT / path).exists() or (ROOT / "shared/scoring" / path).exists(), (
            path
        )


def test_decisions_are_short_numbered_and_listed() -> None:
    folder = ROOT / "docs" / "adr"
    listed = rows((folder / "README.md").read_text())
    records = sorted(folder.glob("[0-9]*.md"))

    assert [link for link, _ in listed] == [f"[{each.name[:4]}]({each.name})" for each in records]
    for number, (record, (_, title)) in enumerate(zip(records, listed, strict=True), 1):
        text = record.read_text()
        assert record.name.startswith(f"{number:04}-")
        assert text.count("\n") <= 40, record
        assert headings(text) == [
            ("#", f"{number:04} {title}"),
            ("##", "Context"),
            ("##", "Decision"),
            ("##", "Consequences"),
        ]


def test_the_glossary_has_one_meaning_for_each_word_in_both_languages() -> None:
    words = rows((ROOT / "docs" / "glossary.md").read_text("utf-8"))

    assert {len(row) for row in words} == {3}
    for language in (0, 1):
        said = [row[language] for row in words]
        assert sorted(set(said)) == sorted(said)


def exposed(collectors: Iterable[Collector]) -> set[str]:
    """Return the names under which our metrics among *collectors* reach Prometheus."""
    families = [family for collector in collectors for family in collector.collect()]
    ours = [family for family in families if family.name.startswith("pilotzone_")]
    return {each.name + "_total" * (each.type == "counter") for each in ours}


def test_the_table_of_metrics_is_that_of_the_registry() -> None:
    table = rows(section(OPERATIONS.read_text(), "## Metrics"))
    processes = {
        "gateway": api.http.metrics,
        "both": shared.changes.metrics,
        "worker": worker.metrics,
    }

    assert {name.strip("`") for name, _, _ in table} == exposed([REGISTRY])
    for process, module in processes.items():
        own = [each for each in vars(module).values() if isinstance(each, MetricWrapperBase)]
        assert {name.strip("`") for name, of, _ in table if of == process} == exposed(own)
