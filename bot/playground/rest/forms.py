"""Reading a request's fields, and Discord's way of complaining about them.

https://docs.discord.com/developers/reference#error-messages
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.playground.world.parts import Json
from bot.playground.world.refusal import Code, Refused

Path = tuple[str | int, ...]


class Complaints:
    """Collects what is wrong with a form, to say it all at once."""

    def __init__(self) -> None:
        self._errors: dict[str, object] = {}

    def add(self, path: Path, code: str, message: str) -> None:
        """Something is wrong at this place of the form."""
        here = self._errors
        for step in path:
            below = here.setdefault(str(step), {})
            if isinstance(below, dict):
                here = below
        listed = here.setdefault("_errors", [])
        if isinstance(listed, list):
            listed.append({"code": code, "message": message})

    def settle(self) -> None:
        """All is well.

        Raises:
            Refused: with INVALID_FORM, if anything was added.
        """
        if self._errors:
            raise Refused(Code.INVALID_FORM, errors=self._errors)


class Form:
    """One JSON object of a request, with typed ways to read it.

    What cannot be read is complained about and reads as absent.
    """

    def __init__(self, body: Json, complaints: Complaints, path: Path = ()) -> None:
        self.body = body
        self.complaints = complaints
        self.path = path

    def __contains__(self, name: str) -> bool:
        return self.body.get(name) is not None

    def complain(self, name: str | int, code: str, message: str) -> None:
        """Something is wrong with this field."""
        self.complaints.add((*self.path, name), code, message)

    def text(
        self,
        name: str,
        *,
        longest: int | None = None,
        shortest: int = 0,
        required: bool = False,
    ) -> str | None:
        """A string within its bounds."""
        value = self.body.get(name)
        if value is None:
            if required:
                self.complain(name, "BASE_TYPE_REQUIRED", "This field is required")
            return None
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            self.complain(name, "STRING_TYPE_CONVERT", "Could not interpret as string.")
            return None
        text = str(value)
        if longest is not None and not shortest <= len(text) <= longest:
            self._complain_of_length(name, shortest, longest)
        return text

    def integer(self, name: str) -> int | None:
        """A whole number."""
        value = self.body.get(name)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and value.removeprefix("-").isdecimal():
            return int(value)
        self.complain(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        return None

    def snowflake(self, name: str) -> int | None:
        """An id."""
        value = self.body.get(name)
        if value is None:
            return None
        if isinstance(value, int | str) and str(value).isdecimal():
            return int(value)
        self.complain(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
        return None

    def snowflakes(self, name: str) -> frozenset[int]:
        """A list of ids."""
        return frozenset(int(str(each)) for each in self._list(name) if str(each).isdecimal())

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True or false."""
        value = self.body.get(name)
        return default if value is None else bool(value)

    def strings(self, name: str) -> list[str]:
        """A list of strings."""
        return [str(each) for each in self._list(name)]

    def inner(self, name: str) -> Form | None:
        """The object in this field."""
        value = self.body.get(name)
        if value is None:
            return None
        if isinstance(value, dict):
            return Form(value, self.complaints, (*self.path, name))
        self.complain(name, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return None

    def inners(self, name: str, *, most: int | None = None) -> list[Form]:
        """The objects in this field's list."""
        values = self._list(name)
        if most is not None and len(values) > most:
            self.complain(name, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        return [
            Form(value, self.complaints, (*self.path, name, index))
            for index, value in enumerate(values)
            if isinstance(value, dict)
        ]

    def choice(self, name: str, among: Iterable[int]) -> int | None:
        """A whole number that is one of these."""
        value = self.integer(name)
        allowed = sorted(among)
        if value is not None and value not in allowed:
            listed = ", ".join(map(str, allowed))
            self.complain(name, "BASE_TYPE_CHOICES", f"Value must be one of ({listed}).")
            return None
        return value

    def _list(self, name: str) -> list[object]:
        value = self.body.get(name)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        self.complain(name, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return []

    def _complain_of_length(self, name: str, shortest: int, longest: int) -> None:
        if shortest:
            message = f"Must be between {shortest} and {longest} in length."
            self.complain(name, "BASE_TYPE_BAD_LENGTH", message)
        else:
            message = f"Must be {longest} or fewer in length."
            self.complain(name, "BASE_TYPE_MAX_LENGTH", message)
