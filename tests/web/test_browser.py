"""The browser that tests drive is fetched whole, once, and only as it was pinned."""

import base64
import hashlib
import io
import platform
import subprocess
import tarfile
from pathlib import Path

import brotli
import pytest

from tests.web.browser import fetching
from tests.web.browser.fetching import NotFetched, fetch
from tests.web.browser.finding import Pin

CHROME = b'#!/bin/sh\necho "$LD_LIBRARY_PATH $1"\n'
NPM = """\
#!/bin/sh
echo called >> {calls}
for last; do :; done
cp {package} "$last/package.tgz"
"""


def tar(**files: bytes) -> bytes:
    """Return an archive of *files*."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as into:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            into.addfile(member, io.BytesIO(content))
    return archive.getvalue()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Give a folder with a space in its name for the browser."""
    return tmp_path / "a cache"


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """Give a file that has a line for each call of npm."""
    return tmp_path / "calls"


@pytest.fixture
def pin(tmp_path: Path, calls: Path, monkeypatch: pytest.MonkeyPatch) -> Pin:
    """Give the pin of a small package, and an npm that brings it."""
    inner = {
        "package/bin/chromium.br": brotli.compress(CHROME),
        "package/bin/al2023.tar.br": brotli.compress(tar(**{"lib/libnss3.so": b"nss"})),
        "package/build/index.js": b"never unpacked",
    }
    content = tar(**inner)
    (tmp_path / "package.tgz").write_bytes(content)
    (tmp_path / "bin").mkdir()
    npm = tmp_path / "bin" / "npm"
    npm.write_text(NPM.format(calls=calls, package=tmp_path / "package.tgz"))
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{npm.parent}:/usr/bin:/bin")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
    return Pin("small", "1.0.0", f"sha512-{digest}")


def test_a_browser_is_fetched_once_and_finds_its_libraries(
    cache: Path, pin: Pin, calls: Path
) -> None:
    browser = fetch(cache, pin)
    again = fetch(cache, pin)

    assert browser == again
    assert calls.read_text() == "called\n"
    said = subprocess.run([browser, "--flag"], capture_output=True, text=True, check=True).stdout
    assert said.split(":")[0].strip().removesuffix(" --flag") == str(browser.parent / "lib")
    assert not (browser.parent / "index.js").exists()


def test_a_run_that_was_killed_leaves_nothing_that_is_taken_for_a_browser(
    cache: Path, pin: Pin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what it had unpacked nor the browser of another version stays for ever."""
    (cache / "0.9.0").mkdir(parents=True)

    def killed(_: Path, browser: Path) -> None:
        (browser / "chrome").touch()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(fetching, "_unpack", killed)
        with pytest.raises(KeyboardInterrupt):
            fetch(cache, pin)
    (cache / f"{fetching.UNFINISHED}killed").mkdir()

    fetch(cache, pin)

    assert sorted(each.name for each in cache.iterdir()) == ["1.0.0", "lock"]


def test_a_package_that_is_not_the_pinned_one_is_refused(cache: Path, pin: Pin) -> None:
    with pytest.raises(NotFetched, match=r"small 1\.0\.0 is not what pinned\.json has"):
        fetch(cache, Pin(pin.package, pin.version, "sha512-of another"))

    assert [each.name for each in cache.iterdir()] == ["lock"]
