"""Settings: a value read once where a process starts, then handed on."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, TypeAdapter, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

LAST_PORT = 65535

GREATEST_QUOTA = 1_000_000_000

SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LONGEST = timedelta(days=24)
"""PostgreSQL counts milliseconds up to 2147483647, some 24 days and 20 hours; 0 is no limit."""

as_written = TypeAdapter(timedelta)


def duration(default: timedelta, least: timedelta, most: timedelta, description: str) -> Any:
    """Return a field for how long something takes; its description says the bounds too."""
    bounds = [as_written.dump_python(each, mode="json") for each in (least, most)]
    return Field(
        default,
        ge=least,
        le=most,
        description=f"{description} `{bounds[0]}` to `{bounds[1]}`.",
    )


class SettingUnusable(ValueError):
    """Settings cannot be meant together; the message names one and says what to do."""


class Settings(BaseSettings):
    """What an operator may set, from the environment (`PILOTZONE_…`); options win over it."""

    model_config = SettingsConfigDict(env_prefix="PILOTZONE_", frozen=True)

    database_url: str | None = Field(
        None,
        description="Where PostgreSQL 15 or newer is; unset: the embedded one in"
        " `PILOTZONE_DATA_DIR`, which `up` creates.",
    )
    database_pool: int = Field(
        10,
        ge=1,
        le=200,
        description="Connections of one gateway process, besides one for its health and one to ask"
        " how fresh scores are. Requests that write to one round may together use at most a quarter"
        " of them.",
    )
    database_connect_timeout: timedelta = duration(
        3 * SECOND, MILLISECOND, HOUR, "How long connecting to PostgreSQL may take."
    )
    database_pool_timeout: timedelta = duration(
        5 * SECOND,
        MILLISECOND,
        HOUR,
        "How long a request waits for a free connection, or to write to a round to"
        " which others write; then 503.",
    )
    database_statement_timeout: timedelta = duration(
        15 * SECOND,
        MILLISECOND,
        LONGEST,
        "How long a statement of a gateway may take; a second later its connection is given up.",
    )
    database_lock_timeout: timedelta = duration(
        5 * SECOND, MILLISECOND, LONGEST, "How long a statement of a gateway waits for a lock."
    )
    database_idle_timeout: timedelta = duration(
        15 * SECOND,
        MILLISECOND,
        LONGEST,
        "After what time without a statement PostgreSQL ends a gateway's transaction.",
    )
    data_dir: Path = Field(Path(".data"), description="Where the embedded PostgreSQL lives.")
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="`auto` is for people on a terminal and JSON elsewhere."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least severe record that is written."
    )
    worker_idle: timedelta = duration(
        SECOND,
        10 * MILLISECOND,
        HOUR,
        "How long a worker waits before it looks unasked.",
    )
    worker_debounce: timedelta = duration(
        20 * MILLISECOND,
        0 * SECOND,
        MINUTE,
        "How long a worker lets a burst gather.",
    )
    worker_metrics_port: int | None = Field(
        None,
        ge=0,
        le=LAST_PORT,
        description="Where a worker answers Prometheus, further ones of one `up` on the next ports;"
        " none: nowhere.",
    )
    worker_metrics_host: str = Field(
        "127.0.0.1", description="On which address it answers Prometheus."
    )
    worker_statement_timeout: timedelta = duration(
        5 * MINUTE,
        MILLISECOND,
        LONGEST,
        "How long a statement of a worker may take or wait for a lock, and its"
        " transaction be without one while it computes.",
    )
    answers_kept: timedelta = duration(
        24 * HOUR,
        MINUTE,
        LONGEST,
        "How long at least the answer to a request with an `Idempotency-Key` is kept and given"
        " again; a worker then takes it away.",
    )
    key_cache: timedelta = duration(
        SECOND,
        0 * SECOND,
        HOUR,
        "How long a revoked key may still be admitted by a gateway that did not hear of it.",
    )
    session_lifetime: timedelta = duration(
        12 * HOUR,
        MINUTE,
        LONGEST,
        "How long who signs in to the board stays so; no longer than the key is in force.",
    )
    local_sessions: bool = Field(
        default=False,
        description="Whether a browser on the gateway's own machine may be signed in without TLS,"
        " and by a link; `up` says so on a loopback address. Not where a proxy runs there: it makes"
        " everybody seem to be on this machine.",
    )
    signature_age: timedelta = duration(
        5 * MINUTE,
        SECOND,
        HOUR,
        "How old the signature of a request may be, for keys that sign.",
    )
    oidc_issuer: str = Field(
        "",
        description="Whose tokens (JWT) are taken beside keys, as the issuer writes its name, such"
        " as `https://login.example/realms/province`; empty: no tokens.",
    )
    oidc_audience: str = Field(
        "", description="What a token's `aud` names where it is meant for this service."
    )
    oidc_mapping: str = Field(
        "",
        description="A file, YAML or JSON: which claims of a token say who acts, in which role, and"
        " how far that reaches.",
    )
    oidc_algorithms: str = Field(
        "RS256 ES256 EdDSA Ed25519",
        description="How a token may be signed, parted by a space.",
    )
    quota_requests: int = Field(
        0,
        ge=0,
        le=GREATEST_QUOTA,
        description="Requests that a key may send in a minute, to all gateways together, unless it"
        " was made with a quota of its own; then 429. 0: any number.",
    )
    quota_rows: int = Field(
        0,
        ge=0,
        le=GREATEST_QUOTA,
        description="Values that a key may send in a day, one by one or in files; as before.",
    )
    log_name: str = Field(
        "pilotzone",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9./-]{0,99}$",
        description="What the logs of rounds and their keys are called: best a name that is yours,"
        " such as `score.example/pilotzone`. A log that has begun keeps its name.",
    )
    signing_keys: str = Field(
        "",
        description="Files of the private keys that sign checkpoints and receipts, parted by `:`;"
        " two at once while one follows the other; empty: nothing is signed.",
    )
    witness_keys: str = Field(
        "",
        description="Files of public keys, one a line, parted by `:`: whose signatures below"
        " checkpoints are kept; empty: nobody's.",
    )
    checkpoint_cadence: timedelta = duration(
        15 * SECOND,
        SECOND,
        LONGEST,
        "How far apart the moments are at which logs that grew are signed; a change of a round's"
        " state is signed at once.",
    )
    cors_origins: str = Field(
        "",
        pattern=r"^(https?://[a-z0-9.-]+(:[0-9]{1,5})?( https?://[a-z0-9.-]+(:[0-9]{1,5})?)*)?$",
        description="Origins whose pages may call the gateway from a browser, parted by a space,"
        " such as `https://portal.example`; empty: none.",
    )
    webhook_targets: str = Field(
        "",
        pattern=r"^([0-9a-fA-F.:]+(/[0-9]{1,3})?( [0-9a-fA-F.:]+(/[0-9]{1,3})?)*)?$",
        description="Networks that deliveries of webhooks may go to though they are not public, and"
        " without TLS, parted by a space, such as `10.20.0.0/16 fd00:20::/32`; empty: none.",
    )
    webhook_timeout: timedelta = duration(
        10 * SECOND, 10 * MILLISECOND, 10 * SECOND, "How long the receiver of a webhook may take."
    )
    webhook_retry: timedelta = duration(
        5 * SECOND,
        10 * MILLISECOND,
        HOUR,
        "After what time a delivery that failed is tried again; each time twice as long, up to an"
        " hour, less up to half by chance.",
    )
    webhook_failures: int = Field(
        20,
        ge=1,
        le=1000,
        description="After so many failures in a row a webhook is paused until it is resumed.",
    )
    max_body: int = Field(
        32 * 1024 * 1024,
        ge=1024,
        description="Largest request body of any operation, in bytes; most take less."
        " Beyond it 413.",
    )
    max_bodies: int = Field(
        128 * 1024 * 1024,
        ge=1024,
        description="Bytes of large request bodies that a gateway process holds at once; beyond it"
        " 503.",
    )
    max_head: int = Field(
        32 * 1024,
        ge=1024,
        description="Largest head of a request, in bytes; beyond it, or with more than 100 fields,"
        " 431.",
    )
    max_connections: int = Field(
        1000, ge=1, description="Connections of one gateway process; beyond it 503."
    )
    max_streams: int = Field(
        500, ge=1, description="Streams of events of one gateway process; beyond it 503."
    )
    stream_heartbeat: timedelta = duration(
        15 * SECOND,
        10 * MILLISECOND,
        HOUR,
        "After what silence a stream of events gives a sign of life.",
    )
    head_timeout: timedelta = duration(
        10 * SECOND,
        10 * MILLISECOND,
        HOUR,
        "How long a request's head may take, or a new connection to send one; then 408.",
    )
    stall_timeout: timedelta = duration(
        30 * SECOND,
        10 * MILLISECOND,
        HOUR,
        "A client must send at least 16 KiB, or the rest of the body, in this time, or"
        " 408; it must read the answer at the same rate.",
    )
    idle_timeout: timedelta = duration(
        15 * SECOND,
        SECOND,
        HOUR,
        "How long a connection is kept after an answer, in whole seconds.",
    )

    @field_validator("webhook_targets")
    @classmethod
    def _networks(cls, given: str) -> str:
        """Refuse what is no network, or an address within one."""
        for each in given.split():
            try:
                ip_network(each)
            except ValueError:
                said = "it names no networks: write `10.20.0.0/16`, with zeros behind the prefix"
                raise PydanticCustomError("not-networks", said) from None
        return given

    @field_validator("data_dir", mode="before")
    @classmethod
    def _named(cls, given: object) -> object:
        """Refuse the empty path, which would be the current directory."""
        if given == "":
            raise PydanticCustomError("empty", "it is empty: name a directory, or leave it unset")
        return given
