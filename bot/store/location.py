"""Where the database is: from its URL to its file."""

from __future__ import annotations

from pathlib import Path

from bot.domain.errors import StoreUnusable

_PREFIX = "sqlite:///"


def database_path(url: str) -> Path:
    """Return the file that `url` names, absolute and with its symbolic links followed.

    `sqlite:///name.db` is relative to the working directory, `sqlite:////var/name.db`
    is absolute. No error repeats the URL: that of another database may hold a password.

    Raises:
        StoreUnusable: the URL names no file, or none that could be made.
    """
    if not url.startswith(_PREFIX):
        raise StoreUnusable(
            "DATABASE_URL must begin with sqlite:/// and go on with the path of a file, "
            "such as sqlite:///parley.db or sqlite:////var/lib/parley/parley.db"
        )
    name = url.removeprefix(_PREFIX)
    if not name or name == ":memory:":
        raise StoreUnusable(
            "DATABASE_URL names no file, and a database in memory would forget everything: "
            "write sqlite:///parley.db"
        )
    if "?" in name or "\0" in name:
        raise StoreUnusable("DATABASE_URL takes no options: leave out what follows the '?'")
    return _usable(Path(name).resolve())


def beside(path: Path, suffix: str) -> Path:
    """Return the path next to the database's whose name goes on with `suffix`."""
    return path.with_name(path.name + suffix)


def _usable(path: Path) -> Path:
    try:
        if path.parent.exists() and not path.parent.is_dir():
            raise StoreUnusable(f"{path.parent} is a file and no folder: mend DATABASE_URL")
        if not path.parent.is_dir():
            raise StoreUnusable(
                f"there is no folder {path.parent}: create it, or mend DATABASE_URL"
            )
        if path.exists() and not path.is_file():
            raise StoreUnusable(f"{path} is not a file: let DATABASE_URL name a file in it")
    except OSError as error:
        raise StoreUnusable(f"{path} cannot be reached: {error.strerror}") from error
    return path
