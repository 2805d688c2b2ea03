"""Whom an operator trusts to say who somebody is: read once, where a gateway starts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from pydantic import ValidationError

from shared.access.tokens.key_set import ALGORITHMS
from shared.access.tokens.mapping import Mapping
from shared.core.hosts import is_loopback
from shared.settings import Settings, SettingUnusable

MOST_CHARACTERS = 200
"""Of an issuer: every name of somebody who comes with a token begins with it."""

NEEDED = ("oidc_issuer", "oidc_audience", "oidc_mapping")
UNAMBIGUOUS = ("username", "password", "query", "fragment")


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose tokens are taken: of which issuer, for which audience, signed how, meaning what."""

    issuer: str
    audience: str
    algorithms: frozenset[str]
    mapping: Mapping


def trust_of(settings: Settings) -> Trust | None:
    """Return what the settings say; None: no tokens are taken. Raises: SettingUnusable."""
    needed = {name: getattr(settings, name) for name in NEEDED}
    missing = [f"PILOTZONE_{name.upper()}" for name, given in needed.items() if not given]
    if len(missing) == len(needed):
        return None
    if missing:
        raise SettingUnusable(f"{', '.join(missing)}: tokens need this too, or none of the others")
    if not may_be_asked(settings.oidc_issuer) or len(settings.oidc_issuer) > MOST_CHARACTERS:
        raise SettingUnusable(
            "PILOTZONE_OIDC_ISSUER: write it as the issuer does, https://HOST/PATH"
            " without user, query and fragment; http for a loopback address alone"
        )
    algorithms = frozenset(settings.oidc_algorithms.split())
    if not algorithms or algorithms - ALGORITHMS.keys():
        known = ", ".join(ALGORITHMS)
        raise SettingUnusable(f"PILOTZONE_OIDC_ALGORITHMS: some of {known}, parted by a space")
    mapping = mapping_in(Path(settings.oidc_mapping))
    return Trust(settings.oidc_issuer, settings.oidc_audience, algorithms, mapping)


def may_be_asked(url: str) -> bool:
    """Say whether what *url* answers can be believed: it is HTTPS, or of this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port  # read here, since it may be none
    except ValueError:
        return False
    if not host or not url.isprintable() or " " in url:
        return False
    if any(getattr(parts, name) for name in UNAMBIGUOUS) or url.endswith(("?", "#")):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


class _Loader(yaml.SafeLoader):
    """Refuses a name that stands twice, of which the last would count unseen."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 -- as overridden
        found = super().construct_mapping(node, deep)
        if len(found) < len(node.value):
            raise yaml.YAMLError("a name stands twice")
        return found


def mapping_in(path: Path) -> Mapping:
    """Read the file of a mapping, YAML or JSON. Raises: SettingUnusable."""
    try:
        document = yaml.load(path.read_text("utf-8"), _Loader)  # noqa: S506 -- it is a SafeLoader
        return Mapping.model_validate(document)
    except OSError as error:
        raise _unusable(path, error.strerror or "it cannot be read") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise _unusable(path, f"{where}: {first['msg']}" if where else first["msg"]) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _unusable(path, " ".join(str(error).split())) from None


def _unusable(path: Path, why: str) -> SettingUnusable:
    return SettingUnusable(f"PILOTZONE_OIDC_MAPPING: {path}: {why}")
