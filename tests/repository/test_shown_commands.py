"""What the documents show to be typed is typed here: it succeeds, and is answered as shown."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.cli.test_up import up, url_of
from tests.contract.scenario import ROUND
from tests.fixtures.documents import DOCUMENTS, ROOT, blocks
from tests.fixtures.served import Service, keys_in, play, settle
from tests.fixtures.terminal import (
    DOCKER,
    Terminal,
    as_dumped,
    beside_empty_server,
    move,
    shown,
    terminal,
)

TRANSLATED = ROOT / "README.zh-CN.md"  # has the same blocks, says tests/repository/test_docs.py
README, OPERATING = ROOT / "README.md", ROOT / "docs" / "operations.md"

MAKE_SETUP, MAKE_RUN, MAKE_TEST = "make setup", "make run", "make test"
COMPOSE = "cat > .env "
OWN_SERVER = "export PILOTZONE_DATABASE_URL="
BACKUP, RESTORE = "pilotzone backup ", "pilotzone restore "
COMPOSED = "docker compose exec -T database "
DUMPING = f"umask 077\n{COMPOSED}pg_dump --username=postgres --format=custom pilotzone > "
DUMP_COMPOSED, UPGRADE_COMPOSED = f"{DUMPING}pilotzone.dump", f"{DUMPING}unfinished.dump"
PIN = "pinned() {"
VERSION, UNITS, RESTART = "version=", "install -d --mode=700 /etc/", "systemctl restart "
RESTORE_COMPOSED = "docker compose up --detach --wait database\n"
COPY, PUT_BACK = "tar --create ", "tar --extract "

NOT_TYPED_IN_ORDER = {
    MAKE_SETUP: "takes minutes; make is in test_makefile.py",
    MAKE_RUN: "serves until Ctrl-C, on a port that may be taken; make is in test_makefile.py",
    MAKE_TEST: "is what runs this",
    COMPOSE: "needs Docker; test_deployment.py holds the composition to its word without",
    OWN_SERVER: "serves in the end; what comes before is typed below",
    BACKUP: "is typed below, with what is restored from it",
    RESTORE: "needs another server, below",
    DUMP_COMPOSED: "is typed below, with what is restored from it",
    RESTORE_COMPOSED: "needs another composition, below",
    UPGRADE_COMPOSED: "is typed below, but for what git pulls",
    PIN: "needs Docker; typed below with what stands in its place",
    VERSION: "needs root; test_units.py types it in a folder",
    UNITS: "needs systemd; test_units.py types it without",
    RESTART: "needs systemd",
    COPY: "needs a service that is stopped, below",
    PUT_BACK: "needs another folder, below",
}
"""How blocks begin that a running service is not enough for, and why; all others are typed."""

SOURCES = ("One command each", "Slices", "What a file would do")
CHECKS = ("How to check", "After a restore")
TYPES = (
    {"For experts": "NAME"} | dict.fromkeys(SOURCES, "source") | dict.fromkeys(CHECKS, "auditor")
)
"""Whose key `$KEY` is under a heading; elsewhere the administrator's."""

EXPLAIN = "pilotzone explain 2026-1 210212 --run 1 --json"  # stays as it is, whatever is typed


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """Bring up the service that all documents are typed beside."""
    with terminal() as ours, up(ours.data, PILOTZONE_CHECKPOINT_CADENCE="PT1S") as process:
        url = url_of(process)
        made = asyncio.run(keys_in((ours.data / "run" / "database.url").read_text()))
        with httpx.Client(base_url=url, timeout=60) as client:
            play(client, made)
        yield Service(ours, url, made)


@pytest.fixture(scope="module")
def explained(service: Service) -> str:
    """Give what is to be the same wherever a backup was restored."""
    (explained,) = service.terminal.types(EXPLAIN)
    return explained


def block(document: Path, beginning: str) -> str:
    """Return the one block of commands of *document* with this beginning."""
    (found,) = (each for each in shown(document) if each.script.startswith(beginning))
    return found.script


def masked(output: str) -> str:
    """Return *output* without what differs from one database to another."""
    verified = re.compile(r"^(?:log|run|round|restored:|\d{6}:) .*$", re.MULTILINE)
    counted = verified.sub(lambda line: re.sub(r"\d+", "0", line[0]), output)
    return re.sub(r'("(?:id|batch|greatest_submission)":|#)\d+', r"\g<1>0", counted)


def in_order(document: Path) -> list[tuple[str, str, str | None]]:
    """Return whose key, commands and answer of each block that is typed in its order."""
    return [
        (TYPES.get(each.heading, "admin"), each.script, each.answer)
        for each in shown(document)
        if not each.script.startswith(tuple(NOT_TYPED_IN_ORDER))
    ]


@pytest.mark.parametrize(
    "document",
    [each for each in DOCUMENTS if each != TRANSLATED and in_order(each)],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_a_document_is_answered_as_it_shows(document: Path, service: Service) -> None:
    names, scripts, answers = zip(*in_order(document), strict=True)
    typed = [
        f"KEY={service.keys[name]}\n{script.replace('http://127.0.0.1:8000', service.url)}"
        for name, script in zip(names, scripts, strict=True)
    ]

    settle(service)
    said = service.terminal.types(*typed, URL=service.url)

    for answer, output in zip(answers, said, strict=True):
        if answer is not None:
            assert masked(output) == masked(answer)


def test_what_is_not_typed_in_order_is_shown_once() -> None:
    scripts = [
        each.script for document in DOCUMENTS if document != TRANSLATED for each in shown(document)
    ]
    for beginning in NOT_TYPED_IN_ORDER:
        assert len([each for each in scripts if each.startswith(beginning)]) == 1, beginning


def test_every_block_is_of_a_language_that_is_checked() -> None:
    """`sh` and its `text` here, the others in the tests of their document."""
    for document in DOCUMENTS:
        text = document.read_text("utf-8")
        languages = [language for language, _ in blocks(text)]
        answers = [each for each in shown(document) if each.answer is not None]

        assert set(languages) <= {"sh", "text", "sql", "yaml", "json", "python", "diff"}, document
        assert languages.count("text") == len(answers), document
        assert len(re.findall(r"^\s*(?:```|~~~)", text, re.MULTILINE)) == 2 * len(languages)


def test_ones_own_server_is_set_up_as_shown(service: Service, url: str) -> None:
    setting_up, serves, _ = block(README, OWN_SERVER).partition("pilotzone api ")
    shown, *_ = re.findall(r"postgresql://\S+", setting_up)

    assert serves
    service.terminal.types(setting_up.replace(shown, f"'{url}'"))


def restored(server: Terminal, **variables: str) -> None:
    """Restore as the document shows; what it says of its round differs in numbers alone."""
    (shown_,) = (each for each in shown(OPERATING) if each.script.startswith(RESTORE))
    (said,) = server.types(shown_.script, **variables)
    assert shown_.answer is not None
    assert set(masked(said).splitlines()) >= set(masked(shown_.answer).splitlines())


def test_the_service_moves_to_ones_own_server_and_from_there_to_a_new_one(
    service: Service, explained: str
) -> None:
    """From servers on which there is nothing at all, not even the roles."""
    roles, *_ = (content for language, content in blocks(OPERATING.read_text("utf-8")))
    with beside_empty_server() as first, beside_empty_server() as second:
        service.terminal.types(block(OPERATING, BACKUP))
        move("pilotzone.backup", service.terminal, first)
        for each in (first, second):
            each.administers(roles)
        restored(first, PILOTZONE_DATABASE_URL=first.url())
        first.types(
            f"rm pilotzone.backup\n{block(OPERATING, BACKUP)}", PILOTZONE_DATABASE_URL=first.url()
        )
        move("pilotzone.backup", first, second)
        restored(second, PILOTZONE_DATABASE_URL=second.url())

        assert second.types(EXPLAIN, PILOTZONE_DATABASE_URL=second.url()) == [explained]
        assert as_dumped(second) == as_dumped(first)


def test_a_composition_is_restored_in_a_new_volume() -> None:
    """Its database is a server that was set up with the composition's own script."""
    script = (ROOT / "docker-initdb.sql").read_text("utf-8")
    passwords = dict.fromkeys(re.findall(r"PILOTZONE_\w+_PASSWORD", script), "any")
    with beside_empty_server() as first, beside_empty_server() as second:
        for each in (first, second):
            each.administers(script, **passwords)
        owners = {"PILOTZONE_DATABASE_URL": second.url()}
        filled = "pilotzone migrate; pilotzone frameworks add; pilotzone applicants import"
        first.types(filled, PILOTZONE_DATABASE_URL=first.url())
        first.types(DOCKER + "git() { :; }\n" + block(OPERATING, UPGRADE_COMPOSED))
        first.types(DOCKER + block(OPERATING, DUMP_COMPOSED))
        move("pilotzone.dump", first, second)
        second.types(DOCKER + block(OPERATING, RESTORE_COMPOSED), **owners)

        assert as_dumped(second) == as_dumped(first)


def test_images_are_pinned_by_the_variables_that_the_composition_reads() -> None:
    """What Docker answers is made up here; that of the real one is its digest."""
    with terminal() as here:
        here.types(DOCKER + block(OPERATING, PIN))

        written = (here.folder / ".env").read_text().splitlines()

    composition = (ROOT / "docker-compose.yml").read_text()
    named = dict(re.findall(r"\$\{(PILOTZONE_\w+_IMAGE):-(\w+):\S+\}", composition))
    assert len(named) == 2
    found = dict(each.split("=") for each in written)
    assert found.keys() == named.keys()
    for variable, name in named.items():
        assert re.fullmatch(rf"{name}@sha256:of-{name}:\d[\w.-]*", found[variable])


def test_a_backup_of_the_embedded_cluster_is_restored_in_a_new_one(
    service: Service, explained: str
) -> None:
    """And the copy of that, since it is stopped, serves as the first did."""
    with terminal() as other, terminal() as copy:
        service.terminal.types(block(OPERATING, BACKUP))
        move("pilotzone.backup", service.terminal, other)
        other.folder.chmod(0o711)  # else the server's account is let in, and a warning says so
        restored(other)
        other.types(block(OPERATING, COPY))
        move("pilotzone.tar", other, copy)
        copy.types(block(OPERATING, PUT_BACK))

        with up(copy.data) as process:
            headers = {"Authorization": f"Bearer {service.keys['portal']}"}
            asked = httpx.get(f"{url_of(process)}{ROUND}", headers=headers)
            assert asked.status_code == 200
            assert copy.types(EXPLAIN) == [explained]
