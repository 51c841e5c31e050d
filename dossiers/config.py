"""Settings from the environment, all prefixed DOSSIERS_; a bad one stops the start with a clear line."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from dossiers import private
from dossiers.engines import driver_url, pool_options

ROOT = Path(__file__).resolve().parent.parent


class SettingError(SystemExit):
    """A setting that cannot be used. Ends the program with one line on standard error."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")


@dataclass(frozen=True)
class Setting:
    """One setting: its name without the prefix, its default as shown in the docs, and what it does."""

    name: str
    default: str
    effect: str


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "DATABASE_URL", "sqlite in the instance folder", "Where the data is: a SQLAlchemy URL of SQLite or PostgreSQL."
    ),
    Setting("INSTANCE", "instance/", "Folder for the embedded database and the generated secret."),
    Setting("SECRET_KEY", "made once in the instance folder", "Signs sessions; at least 32 characters."),
    Setting(
        "DATA_KEY",
        "made once in the instance folder",
        "Encrypts sensitive fields; at least 32 characters. Keep it: data needs it.",
    ),
    Setting(
        "BACKUP_KEY",
        "made once in the instance folder",
        "Encrypts backups; at least 32 characters. Keep it, apart from them: nothing else opens them.",
    ),
    Setting("HTTPS", "0", "1 where people reach it by https: cookies are then Secure and bound to the host (__Host-)."),
    Setting(
        "TRUSTED_HOSTS",
        "names of this machine for itself",
        "The names people reach it by, with commas between; requests for another Host are refused. A demo takes none.",
    ),
    Setting("TRUSTED_PROXY", "none", "IP address of the proxy whose X-Forwarded-For and -Proto are believed."),
    Setting(
        "SIGN_IN_TRIES",
        "10",
        "Tries of a password for one account in a minute, 1 to 1000; an address gets five times that.",
    ),
    Setting("PAGE_SIZE", "50", "Rows on a page of a list, 10 to 200."),
    Setting("LANGUAGE", "vi", "Language before anybody chooses: vi or en."),
    Setting("REQUEST_SECONDS", "30", "After so many seconds a page that is not ready is given up, 1 to 600."),
    Setting("SESSION_HOURS", "12", "After so many hours without an act people sign in again, 1 to 720."),
    Setting("DRAFT_DAYS", "7", "For so many days what somebody typed and did not send is kept, sealed; 0 to 30."),
    Setting("SESSION_DAYS", "7", "After so many days people sign in again in any case, 1 to 90."),
    Setting("SEEN_MINUTES", "5", "How often it is noted at most that a session is in use, 1 to 30."),
    Setting("PASSWORD_LENGTH", "10", "Characters a password needs, 8 to 64."),
    Setting("ONE_TIME_HOURS", "72", "So long a one-time password of an administrator opens its account, 1 to 720."),
    Setting("GRANT_DAYS", "14", "For so many days a role that was asked for waits for a second person, 1 to 90."),
    Setting("DELEGATION_DAYS", "92", "For so many days a role can be lent to a stand-in at once, 1 to 366."),
    Setting("CLAIM_HOURS", "24", "After so many hours a dossier that somebody took on is free again, 1 to 240."),
    Setting("READS_DAYS", "730", "For so many days it is kept who looked at which dossier, 30 to 3650."),
    Setting(
        "OPENING_MINUTES",
        "30",
        "So long what one opens beyond one's role, for a purpose, stays open; 15 to 240.",
    ),
    Setting("UNUSUAL_READS", "60", "From so many dossiers within an hour on, reading is unusual; 5 to 10000."),
    Setting("UNUSUAL_NIGHT", "15", "From so many dossiers in one night on, it is too; 1 to 10000."),
    Setting("UNUSUAL_FOREIGN", "5", "From so many codes out of reach within an hour on, it is too; 1 to 1000."),
    Setting("NIGHT_FROM", "22", "The hour at which the night begins for this, 0 to 23."),
    Setting("NIGHT_UNTIL", "5", "The hour at which it is over, 0 to 23."),
    Setting(
        "FILE_KEY",
        "the data key",
        "Seals the keys of scans; at least 32 characters. Keep it: scans need it. How to change it: docs/admin.md.",
    ),
    Setting("FILE_KEY_BEFORE", "none", "The file key of before, while `flask papers rotate-key` has not been run."),
    Setting(
        "SCAN_STORE",
        "database",
        "Where scans that come now are stored: database; or s3, an S3-compatible store (docs/admin.md).",
    ),
    Setting(
        "S3_URL", "none", "Where it is, with the bucket and perhaps a folder: https://s3.example:9000/bucket/folder."
    ),
    Setting("S3_ACCESS_KEY", "none", "The name under which it is asked."),
    Setting("S3_SECRET_KEY", "none", "The secret that belongs to this name."),
    Setting("S3_REGION", "us-east-1", "The region requests are signed for, where it has one of its own."),
    Setting("S3_SECONDS", "20", "So many seconds an answer of it may take, 1 to 120."),
    Setting("SCAN_MEGABYTES", "20", "How big a file of a scan may be, 1 to 100."),
    Setting("SCAN_PAGES", "100", "How many pages a scan may have, 1 to 100."),
    Setting("SCAN_MEGAPIXELS", "60", "How many million pixels a picture may have, 1 to 200."),
    Setting("UPLOAD_MEGABYTES", "50", "How big the files sent at once may be together, 1 to 200."),
    Setting(
        "VIRUS_SCANNER", "none", "Where clamd answers, such as unix:/run/clamav/clamd.ctl or tcp://127.0.0.1:3310."
    ),
    Setting("VIRUS_SCANNER_SECONDS", "20", "So long a page waits for it; then the file waits unseen, 1 to 120."),
    Setting(
        "PROFILE",
        "full",
        "full: whole dossiers, on a machine or network of its own; register, where people reach it from elsewhere: no "
        "papers' contents, no relatives, no texts of the verification.",
    ),
    Setting("TEMPLATE_KILOBYTES", "1000", "How big a template of a text may be, 50 to 4000."),
    Setting("TEMPLATE_SECONDS", "10", "So long a text may take to be made by a template, 2 to 40."),
    Setting(
        "LIBREOFFICE",
        "none",
        "The path of LibreOffice's program (soffice): it makes the PDF of texts that have a template of their own.",
    ),
    Setting("LIBREOFFICE_SECONDS", "30", "So long it may take for that, 5 to 120."),
    Setting("PLACE", "none", "The place that official texts are dated at, such as Hà Nội; without it dots are left."),
    Setting(
        "TONE_MARKS",
        "old",
        "Where official texts put tone marks: old, on the first vowel (ủy, hòa), or new, on the second (uỷ, hoà).",
    ),
    Setting(
        "GRADE",
        "none",
        "The grade of secrecy official texts carry unless another is chosen: none, mat, toi-mat or tuyet-mat.",
    ),
    Setting(
        "NUMBERS_RUN",
        "term",
        "How the numbers of a new register run: term, through a committee's term (05-HD/VPTW), or year (36-HD/VPTW).",
    ),
    Setting("THREADS", "8", "Threads of the built-in server while it is one process, 1 to 64."),
    Setting(
        "WORKERS",
        "2; 1 on a machine of one core",
        "Processes of the built-in server, 1 to 32; several have one thread each.",
    ),
    Setting(
        "CONNECTIONS",
        "2000",
        "Connections a process holds at once, 50 to 20000; one more shuts the one that has waited longest to ask.",
    ),
    Setting("IDLE_SECONDS", "10", "After so many seconds without a byte a connection is closed, 2 to 600."),
    Setting("RECEIVE_SECONDS", "20", "So many seconds a request may take to arrive, head and body, 2 to 600."),
    Setting("BODY_KILOBYTES", "1000", "What a request may hold, 100 to 16000; twice as much is not even read."),
    Setting("STOP_SECONDS", "25", "So many seconds a stop waits for requests that run, 1 to 600."),
)


_FIELDS = 2000
"""So many fields a form, or an address, may have."""

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")


def _number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    raw = env.get(f"DOSSIERS_{name}", str(default))
    if not re.fullmatch("[0-9]{1,9}", raw) or not low <= int(raw) <= high:
        raise SettingError(f"DOSSIERS_{name}", f"must be a whole number from {low} to {high}, not {raw[:40]!r}")
    return int(raw)


def _secret(env: Mapping[str, str], name: str, folder: Path) -> str:
    given = env.get(f"DOSSIERS_{name}")
    if given is None:
        path = folder / f"{name.lower()}.txt"
        try:
            if not path.exists():
                private.create_once(path, secrets.token_urlsafe(48).encode())
            private.shut(path)
            given = path.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(f"DOSSIERS_{name}", f"cannot be read from {path}: {_why(error)}") from None
        name = f"{name} ({path})"
    return _strong(name, given)


def _strong(name: str, given: str) -> str:
    if len(given.strip()) < 32:
        raise SettingError(f"DOSSIERS_{name}", "needs at least 32 characters")
    if len(set(given)) < 8:
        raise SettingError(f"DOSSIERS_{name}", "needs at least 8 different characters; draw it by chance")
    return given


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


def _folder(env: Mapping[str, str]) -> Path:
    name = "DOSSIERS_INSTANCE"
    folder = Path(env.get(name) or str(ROOT / "instance")).resolve()
    try:
        private.make_folder(folder)
    except private.Open as error:
        raise SettingError(name, str(error)) from None
    except OSError as error:
        raise SettingError(name, f"{folder} cannot be used: {_why(error)}") from None
    return folder


def _database(env: Mapping[str, str], folder: Path) -> str:
    name = "DOSSIERS_DATABASE_URL"
    url = driver_url(env.get(name) or f"sqlite:///{folder / 'dossiers.db'}")
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        raise SettingError(name, "is no address of a database") from None
    if not url.startswith(("sqlite:", "postgresql+psycopg:")):
        raise SettingError(name, "must begin with sqlite: or postgresql:")
    return url


def _hosts(env: Mapping[str, str]) -> frozenset[str]:
    names = [name.strip().casefold() for name in env.get("DOSSIERS_TRUSTED_HOSTS", "").split(",")]
    hosts = frozenset(filter(None, names))
    for name in hosts:
        if not _HOST.fullmatch(name):
            raise SettingError(
                "DOSSIERS_TRUSTED_HOSTS",
                f"{name[:60]!r} is no name of a host; write them without port: a.vn,b.vn",
            )
    return hosts


def _proxy(env: Mapping[str, str]) -> str | None:
    given = env.get("DOSSIERS_TRUSTED_PROXY")
    if not given:
        return None
    try:
        return str(ip_address(given))
    except ValueError:
        raise SettingError(
            "DOSSIERS_TRUSTED_PROXY", f"must be one IP address, not {given[:60]!r}: whom it names may say who asks"
        ) from None


def _key(env: Mapping[str, str], name: str) -> str | None:
    given = env.get(f"DOSSIERS_{name}")
    return None if given is None else _strong(name, given)


def _scanner(env: Mapping[str, str]) -> str | None:
    given = env.get("DOSSIERS_VIRUS_SCANNER") or None
    if given and not re.fullmatch(r"unix:(//)?/[^\s?#]+|tcp://[^\s/:]+(:\d{1,5})?", given):
        raise SettingError("DOSSIERS_VIRUS_SCANNER", f"must be unix:/path or tcp://host:port, not {given!r}")
    return given


_S3_URL = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*)?")
_S3_NAMES = ("S3_URL", "S3_ACCESS_KEY", "S3_SECRET_KEY")


def _scan_store(env: Mapping[str, str]) -> dict[str, object]:
    """Where scans are stored, and what an S3-compatible store is asked with."""
    where = env.get("DOSSIERS_SCAN_STORE") or "database"
    if where not in ("database", "s3"):
        raise SettingError("DOSSIERS_SCAN_STORE", f"must be database or s3, not {where[:40]!r}")
    given = {name: env.get(f"DOSSIERS_{name}") or None for name in _S3_NAMES}
    if where == "s3" or any(given.values()):
        for name, value in given.items():
            if not value:
                raise SettingError(f"DOSSIERS_{name}", "is needed where an S3-compatible store is named")
    url = given["S3_URL"]
    if url and not _S3_URL.fullmatch(url):
        raise SettingError("DOSSIERS_S3_URL", "must be http(s)://host:port/bucket, perhaps with a folder behind it")
    region = env.get("DOSSIERS_S3_REGION") or "us-east-1"
    return {"SCAN_STORE": where, **given, "S3_REGION": region, "S3_SECONDS": _number(env, "S3_SECONDS", 20, 1, 120)}


def _one_of(env: Mapping[str, str], name: str, *values: str) -> str:
    """A setting that is one of some words, the first unless another is given."""
    given = env.get(f"DOSSIERS_{name}") or values[0]
    if given not in values:
        said = f"{', '.join(values[:-1])} or {values[-1]}"
        raise SettingError(f"DOSSIERS_{name}", f"must be {said}, not {given[:40]!r}")
    return given


def _program(env: Mapping[str, str], name: str) -> str | None:
    given = env.get(f"DOSSIERS_{name}") or None
    if given and not (os.path.isabs(given) and os.access(given, os.X_OK)):
        raise SettingError(f"DOSSIERS_{name}", f"must be the whole path of a program, not {given[:80]!r}")
    return given


def load(env: Mapping[str, str] | None = None) -> dict[str, object]:
    """Flask's configuration from the environment. Raises SettingError (ends the program) on a bad value."""
    env = os.environ if env is None else env
    known = {f"DOSSIERS_{setting.name}" for setting in SETTINGS}
    for name in env:
        if name.startswith("DOSSIERS_") and name not in known:
            raise SettingError(name, "is no setting of this program; see docs/generated/settings.md")
    folder = _folder(env)
    secret = _secret(env, "SECRET_KEY", folder)
    url = _database(env, folder)
    threads = _number(env, "THREADS", 8, 1, 64)
    https = _number(env, "HTTPS", 0, 0, 1) == 1
    days = _number(env, "SESSION_DAYS", 7, 1, 90)
    language = env.get("DOSSIERS_LANGUAGE", "vi")
    if language not in ("vi", "en"):
        raise SettingError("DOSSIERS_LANGUAGE", f"must be vi or en, not {language!r}")
    return {
        "INSTANCE": str(folder),
        "SECRET_KEY": secret,
        "DATA_KEY": _secret(env, "DATA_KEY", folder),
        "BACKUP_KEY": _secret(env, "BACKUP_KEY", folder),
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": pool_options(threads),
        "HTTPS": https,
        "HOSTS": _hosts(env),
        "TRUSTED_PROXY": _proxy(env),
        "SIGN_IN_TRIES": _number(env, "SIGN_IN_TRIES", 10, 1, 1000),
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_NAME": "__Host-session" if https else "session",
        "SESSION_COOKIE_PATH": "/",
        "PAGE_SIZE": _number(env, "PAGE_SIZE", 50, 10, 200),
        "REQUEST_SECONDS": _number(env, "REQUEST_SECONDS", 30, 1, 600),
        "SESSION_HOURS": _number(env, "SESSION_HOURS", 12, 1, 720),
        "SESSION_DAYS": days,
        "PERMANENT_SESSION_LIFETIME": 86_400 * days,  # of the cookie; its session ends by what its row says
        "SEEN_MINUTES": _number(env, "SEEN_MINUTES", 5, 1, 30),
        "PASSWORD_LENGTH": _number(env, "PASSWORD_LENGTH", 10, 8, 64),
        "ONE_TIME_HOURS": _number(env, "ONE_TIME_HOURS", 72, 1, 720),
        "DRAFT_DAYS": _number(env, "DRAFT_DAYS", 7, 0, 30),
        "GRANT_DAYS": _number(env, "GRANT_DAYS", 14, 1, 90),
        "DELEGATION_DAYS": _number(env, "DELEGATION_DAYS", 92, 1, 366),
        "CLAIM_HOURS": _number(env, "CLAIM_HOURS", 24, 1, 240),
        "READS_DAYS": _number(env, "READS_DAYS", 730, 30, 3650),
        "OPENING_MINUTES": _number(env, "OPENING_MINUTES", 30, 15, 240),
        "UNUSUAL_READS": _number(env, "UNUSUAL_READS", 60, 5, 10_000),
        "UNUSUAL_NIGHT": _number(env, "UNUSUAL_NIGHT", 15, 1, 10_000),
        "UNUSUAL_FOREIGN": _number(env, "UNUSUAL_FOREIGN", 5, 1, 1000),
        "NIGHT_FROM": _number(env, "NIGHT_FROM", 22, 0, 23),
        "NIGHT_UNTIL": _number(env, "NIGHT_UNTIL", 5, 0, 23),
        "FILE_KEY": _key(env, "FILE_KEY"),
        "FILE_KEY_BEFORE": _key(env, "FILE_KEY_BEFORE"),
        **_scan_store(env),
        "SCAN_MEGABYTES": _number(env, "SCAN_MEGABYTES", 20, 1, 100),
        "SCAN_PAGES": _number(env, "SCAN_PAGES", 100, 1, 100),
        "SCAN_MEGAPIXELS": _number(env, "SCAN_MEGAPIXELS", 60, 1, 200),
        "UPLOAD_MEGABYTES": _number(env, "UPLOAD_MEGABYTES", 50, 1, 200),
        "VIRUS_SCANNER": _scanner(env),
        "VIRUS_SCANNER_SECONDS": _number(env, "VIRUS_SCANNER_SECONDS", 20, 1, 120),
        "THREADS": threads,
        "PROFILE": _one_of(env, "PROFILE", "full", "register"),
        "TEMPLATE_KILOBYTES": _number(env, "TEMPLATE_KILOBYTES", 1000, 50, 4000),
        "TEMPLATE_SECONDS": _number(env, "TEMPLATE_SECONDS", 10, 2, 40),
        "LIBREOFFICE": _program(env, "LIBREOFFICE"),
        "LIBREOFFICE_SECONDS": _number(env, "LIBREOFFICE_SECONDS", 30, 5, 120),
        "PLACE": env.get("DOSSIERS_PLACE", "").strip(),
        "TONE_MARKS": _one_of(env, "TONE_MARKS", "old", "new"),
        "GRADE": _one_of(env, "GRADE", "none", "mat", "toi-mat", "tuyet-mat"),
        "NUMBERS_RUN": _one_of(env, "NUMBERS_RUN", "term", "year"),
        "WORKERS": _number(env, "WORKERS", min(2, os.cpu_count() or 1), 1, 32),
        "CONNECTIONS": _number(env, "CONNECTIONS", 2000, 50, 20_000),
        "IDLE_SECONDS": _number(env, "IDLE_SECONDS", 10, 2, 600),
        "RECEIVE_SECONDS": _number(env, "RECEIVE_SECONDS", 20, 2, 600),
        "STOP_SECONDS": _number(env, "STOP_SECONDS", 25, 1, 600),
        "BABEL_DEFAULT_LOCALE": language,
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        "MAX_CONTENT_LENGTH": 1000 * _number(env, "BODY_KILOBYTES", 1000, 100, 16_000),
        "MAX_FORM_MEMORY_SIZE": 500_000,
        "MAX_FORM_PARTS": _FIELDS,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_I18N_ENABLED": False,  # its catalogues hold no Vietnamese and no message of ours; each form would read one
        # What of Flask-Security is used; the rest is off in dossiers/accounts/library.py.
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2", "pbkdf2_sha512"],  # the second for accounts of before, hashed anew
        "SECURITY_PASSWORD_SALT": secret[:32],
        "SECURITY_LOGIN_URL": "/dang-nhap",
        "SECURITY_LOGOUT_URL": "/dang-xuat",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_POST_LOGIN_VIEW": "/",
        "SECURITY_POST_LOGOUT_VIEW": "/dang-nhap",
        "SECURITY_UNAUTHORIZED_VIEW": None,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_LOGIN_USER_TEMPLATE": "accounts/sign_in.html",
    }
