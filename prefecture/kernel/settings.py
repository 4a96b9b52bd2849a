"""Settings: read once from the environment, checked, frozen.

Outside demonstration mode a start with a missing or default secret is refused. Commands that read or write no
secret (checking a démarche, running conformance cases) do without; a server or a worker never does.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_MASTER_KEY_BYTES = 32
_SHORTEST_SECRET = 32
_MARK = "demonstration"


class SettingsInvalid(Exception):
    """The environment does not allow a safe start; the message says which variable and what it needs."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs between two installations.

    home: data folder (SQLite file, stored documents, demonstration secrets); secret: signs CSRF tokens;
    master_key: 32 bytes that wrap every data key; demo: demonstration mode (mail kept in /demo/courrier).
    """

    home: Path
    database_url: str
    redis_url: str | None
    host: str
    port: int
    base_url: str
    secret: str
    master_key: bytes
    demo: bool
    smtp_url: str | None
    mail_from: str
    sms_url: str | None
    clamav: str | None
    theme: str
    theme_folder: Path | None
    secure_cookies: bool
    upload_limit: int
    log_format: str
    bell_slots: int
    proxies: int
    problem: str = ""  # why a server may not start with these settings; empty when it may

    @property
    def storage_folder(self) -> Path:
        """Where encrypted documents lie."""
        return self.home / "documents"


def read(environment: Mapping[str, str], *, lenient: bool = False) -> Settings:
    """Settings of `environment`; raises SettingsInvalid.

    lenient: missing secrets are drawn for this process alone and told in `problem` (commands that need none). A home
    folder that holds the demonstration is in demonstration mode unless secrets are given.
    """
    home = Path(environment.get("PLANIPREF_HOME", "var")).resolve()
    demo = _flag(environment, "PLANIPREF_DEMO") or _holds_demonstration(environment, home)
    port = int(environment.get("PORT", "8000"))
    base_url = environment.get("PLANIPREF_BASE_URL", f"http://127.0.0.1:{port}").rstrip("/")
    problem = ""
    try:
        secret, master_key = _secrets(environment, home, demo)
    except SettingsInvalid as error:
        if not lenient:
            raise
        problem = str(error)
        secret, master_key = secrets.token_urlsafe(48), secrets.token_bytes(_MASTER_KEY_BYTES)
    theme_folder = environment.get("PLANIPREF_THEME_FOLDER")
    return Settings(
        home=home,
        database_url=database_url(environment.get("DATABASE_URL") or f"sqlite:///{home / 'planipref.sqlite3'}"),
        redis_url=environment.get("REDIS_URL") or None,
        host=environment.get("HOST", "127.0.0.1"),
        port=port,
        base_url=base_url,
        secret=secret,
        master_key=master_key,
        demo=demo,
        smtp_url=environment.get("PLANIPREF_SMTP_URL") or None,
        mail_from=environment.get("PLANIPREF_MAIL_FROM", "ne-pas-repondre@prefecture.example"),
        sms_url=environment.get("PLANIPREF_SMS_URL") or None,
        clamav=environment.get("PLANIPREF_CLAMAV") or None,
        theme=environment.get("PLANIPREF_THEME", "neutre"),
        theme_folder=Path(theme_folder) if theme_folder else None,
        secure_cookies=base_url.startswith("https://"),
        upload_limit=int(environment.get("PLANIPREF_UPLOAD_LIMIT", str(20 * 1024 * 1024))),
        log_format=environment.get("PLANIPREF_LOGS", "json"),
        bell_slots=int(environment.get("PLANIPREF_BELL_SLOTS", "4")),
        proxies=int(environment.get("PLANIPREF_PROXIES", "0")),
        problem=problem,
    )


_in_use: list[Settings] = []


def current() -> Settings:
    """Settings of this process: those in use, or, before any are, those of its environment."""
    if not _in_use:
        use(read(os.environ, lenient=os.environ.get("FLASK_RUN_FROM_CLI") == "true"))
    return _in_use[-1]


def assert_may_serve() -> None:
    """Raise SettingsInvalid unless a server or a worker may start with the settings in use."""
    if current().problem:
        raise SettingsInvalid(current().problem)


def mark_demonstration() -> None:
    """Say in the home folder that it holds the demonstration, for commands given without PLANIPREF_DEMO."""
    (current().home / _MARK).touch()


def use(chosen: Settings) -> None:
    """Make `chosen` the settings of this process (the composition root's word)."""
    _in_use[:] = [chosen]


def database_url(url: str) -> str:
    """`url` with the driver that is installed: a bare postgresql:// or postgres:// means psycopg 3."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _holds_demonstration(environment: Mapping[str, str], home: Path) -> bool:
    given = environment.get("PLANIPREF_SECRET") or environment.get("PLANIPREF_MASTER_KEY")
    return not given and "PLANIPREF_DEMO" not in environment and (home / _MARK).exists()


def _flag(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "").lower() in {"1", "true", "yes", "oui"}


def _secrets(environment: Mapping[str, str], home: Path, demo: bool) -> tuple[str, bytes]:
    """The signing secret and the master key: from the environment, or, in demonstration mode, made once in `home`."""
    secret = environment.get("PLANIPREF_SECRET", "")
    encoded = environment.get("PLANIPREF_MASTER_KEY", "")
    if demo:
        secret = secret or _kept(home / "demo-secret", lambda: secrets.token_urlsafe(48))
        encoded = encoded or _kept(
            home / "demo-master-key", lambda: base64.b64encode(secrets.token_bytes(_MASTER_KEY_BYTES)).decode()
        )
    if len(secret) < _SHORTEST_SECRET:
        raise SettingsInvalid("PLANIPREF_SECRET must be set to a random text of at least 32 characters")
    return secret, _master_key(encoded)


def _master_key(encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        key = b""
    if len(key) != _MASTER_KEY_BYTES or len(set(key)) < 8:  # a key of so few different bytes was typed, not drawn
        raise SettingsInvalid("PLANIPREF_MASTER_KEY must be set to 32 random bytes in base64 (openssl rand -base64 32)")
    return key


def _kept(path: Path, make: object) -> str:
    """The text kept in `path`, made and written (readable by its owner only) at the first call."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())  # type: ignore[operator]
    return path.read_text().strip()


def derived(settings: Settings, purpose: str) -> bytes:
    """A 32-byte key for `purpose`, derived from the master key (keyed hashes never use the master key itself)."""
    return hashlib.blake2b(purpose.encode(), key=settings.master_key, digest_size=32).digest()
