from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.errors import StoreUnusable
from bot.store import open_store
from bot.store.location import database_path


def test_three_slashes_begin_a_relative_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert database_path("sqlite:///parley.db") == tmp_path / "parley.db"


def test_four_slashes_begin_an_absolute_path(tmp_path: Path) -> None:
    assert database_path(f"sqlite:////{tmp_path}/a b%20.db") == tmp_path / "a b%20.db"


def test_a_symbolic_link_leads_to_the_file_itself(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "parley.db")

    assert database_path(f"sqlite:///{tmp_path}/link.db") == tmp_path / "parley.db"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "parley.db",
        "sqlite://",
        "sqlite://parley.db",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///parley.db?mode=ro",
        "postgresql://bot@localhost/parley",
    ],
)
def test_a_url_that_names_no_file_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(StoreUnusable, match="DATABASE_URL"):
        database_path(url)


def test_a_refusal_does_not_repeat_a_password() -> None:
    with pytest.raises(StoreUnusable) as refusal:
        database_path("postgresql://bot:hunter2@localhost/parley")

    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing/parley.db", "create it"),
        ("file/parley.db", "no folder"),
        ("folder", "is not a file"),
        ("x" * 300, "cannot be reached"),
    ],
)
async def test_a_place_where_no_file_can_be_is_named(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()

    with pytest.raises(StoreUnusable, match=words):
        async with open_store(f"sqlite:///{tmp_path}/{name}"):
            pass

    assert _names(tmp_path) == ["file", "folder"]


def _names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())
