"""A person: someone who talks, and who uses what the bot offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.playground.interactions.asking import Request, begin
from bot.playground.interactions.invoking import find, slash_data, take_apart, target_data
from bot.playground.interactions.values import NotOffered, Resolved
from bot.playground.people.filling import check_picked, filled
from bot.playground.people.outcome import Choice, DidNotRespond, Outcome
from bot.playground.people.speaking import Speaking
from bot.playground.world.accounts import Role, User
from bot.playground.world.commands import CommandKind
from bot.playground.world.interaction import InteractionKind
from bot.playground.world.parts import BUTTON, Json, walk
from bot.playground.world.permission import may_see
from bot.playground.world.places import Channel, Message
from bot.playground.world.waiting import Waiting
from bot.playground.world.world import World

LINK_STYLE = 5
SELECTS = frozenset({3, 5, 6, 7, 8})


class Person(Speaking):
    """Someone with an account; all they do is checked against what they may do."""

    def __init__(self, world: World, waiting: Waiting, user: User) -> None:
        super().__init__(world, user)
        self._waiting = waiting

    def __repr__(self) -> str:
        return f"<Person {self.name}>"

    async def slash(self, channel: Channel, line: str, /, **options: object) -> Outcome:
        """Use a command, `"chat"` or `"session list"`, and wait for its acknowledgement.

        Raises:
            NotOffered: if the person's client would not let them.
        """
        request = self._slash(channel, line, options)
        return await self._begin(request).acknowledged()

    def start_slash(self, channel: Channel, line: str, /, **options: object) -> Outcome:
        """The same without waiting."""
        return self._begin(self._slash(channel, line, options))

    async def autocomplete(
        self, channel: Channel, line: str, *, option: str, typed: str = "", **others: object
    ) -> list[Choice]:
        """The suggestions for what is typed into one option of a command.

        Raises:
            NotOffered: if the option does not complete.
            DidNotRespond: if the bot missed its three seconds.
        """
        command = find(self._world, self.user, channel, line, CommandKind.SLASH)
        parts = take_apart(command, line, {**others, option: typed})
        if not any(each.name == option and each.autocomplete for each in parts.options):
            raise NotOffered(f"{option} does not complete")
        parts.focused = option
        data = slash_data(self._world, channel, parts)
        request = Request(InteractionKind.AUTOCOMPLETE, self.user, channel, data, line)
        outcome = await self._begin(request).acknowledged()
        if outcome.failed:
            raise DidNotRespond(line)
        return outcome.choices

    async def use_on(
        self, target: Message | User, name: str, *, channel: Channel | None = None
    ) -> Outcome:
        """Use an app command from the menu of a message, or of a user in a channel.

        Raises:
            NotOffered: if the person's client would not let them.
        """
        return await self.start_use_on(target, name, channel=channel).acknowledged()

    def start_use_on(
        self, target: Message | User, name: str, *, channel: Channel | None = None
    ) -> Outcome:
        """The same without waiting."""
        kind = CommandKind.MESSAGE if isinstance(target, Message) else CommandKind.USER
        where = target.channel if isinstance(target, Message) else channel
        if where is None:
            raise NotOffered("a user is found in a channel")
        command = find(self._world, self.user, where, name, kind)
        data = target_data(self._world, where, command, target)
        return self._begin(Request(InteractionKind.COMMAND, self.user, where, data, name))

    async def press(
        self, message: Message, *, custom_id: str | None = None, label: str | None = None
    ) -> Outcome:
        """Press a button and wait for its acknowledgement.

        Raises:
            NotOffered: if there is no such button, or it cannot be pressed.
        """
        return await self.start_press(message, custom_id=custom_id, label=label).acknowledged()

    def start_press(
        self, message: Message, *, custom_id: str | None = None, label: str | None = None
    ) -> Outcome:
        """The same without waiting."""
        wanted = {"custom_id": custom_id, "label": label}
        button = self._part(message, {BUTTON}, wanted)
        if button.get("style") == LINK_STYLE:
            raise NotOffered("that is a link")
        data = {"component_type": BUTTON, "custom_id": button["custom_id"], "id": button.get("id")}
        return self._use(message, data)

    async def select(
        self,
        message: Message,
        *values: str | User | Role | Channel | Person,
        custom_id: str | None = None,
    ) -> Outcome:
        """Pick from a menu and wait for its acknowledgement.

        Raises:
            NotOffered: if there is no such menu or it does not hold these values.
        """
        return await self.start_select(message, *values, custom_id=custom_id).acknowledged()

    def start_select(
        self,
        message: Message,
        *values: str | User | Role | Channel | Person,
        custom_id: str | None = None,
    ) -> Outcome:
        """The same without waiting."""
        menu = self._part(message, SELECTS, {"custom_id": custom_id})
        check_picked(menu, values)
        resolved = Resolved()
        picked = [
            value
            if isinstance(value, str)
            else str(resolved.add(self._world, message.channel, _bare(value)))
            for value in values
        ]
        data: dict[str, object] = {
            "component_type": menu["type"],
            "custom_id": menu["custom_id"],
            "id": menu.get("id"),
            "values": picked,
        }
        if explained := resolved.json():
            data["resolved"] = explained
        return self._use(message, data)

    async def submit(self, asked: Outcome, /, **values: str | Sequence[str]) -> Outcome:
        """Fill in the form that `asked` led to and send it; a menu takes a list of values.

        Raises:
            NotOffered: if there is no form for this person, or a value does not fit.
        """
        return await self.start_submit(asked, **values).acknowledged()

    def start_submit(self, asked: Outcome, /, **values: str | Sequence[str]) -> Outcome:
        """The same without waiting."""
        modal, source = asked.modal, asked.interaction
        if modal is None or source.user is not self.user:
            raise NotOffered("there is no form")
        data = filled(modal, values)
        request = Request(
            InteractionKind.MODAL,
            self.user,
            source.channel,
            data,
            source.summary,
            message=source.message,
            original_id=source.id,
        )
        return self._begin(request)

    def _begin(self, request: Request) -> Outcome:
        if request.channel.deleted or not may_see(request.channel, self.user):
            raise NotOffered("the channel cannot be seen")
        return Outcome(begin(self._world, request), self._waiting)

    def _slash(self, channel: Channel, line: str, options: Mapping[str, object]) -> Request:
        command = find(self._world, self.user, channel, line, CommandKind.SLASH)
        values = {name: _bare(value) for name, value in options.items()}
        data = slash_data(self._world, channel, take_apart(command, line, values))
        return Request(InteractionKind.COMMAND, self.user, channel, data, line)

    def _use(self, message: Message, data: Json) -> Outcome:
        summary = str(data["custom_id"])
        request = Request(
            InteractionKind.COMPONENT, self.user, message.channel, data, summary, message=message
        )
        return self._begin(request)

    def _part(
        self, message: Message, kinds: set[int] | frozenset[int], wanted: Mapping[str, str | None]
    ) -> Json:
        if message.deleted or message.ephemeral_to not in {None, self.user}:
            raise NotOffered("the message is not there")
        for part in walk(message.components):
            asked = {key: value for key, value in wanted.items() if value is not None}
            if part.get("type") in kinds and all(part.get(k) == v for k, v in asked.items()):
                if part.get("disabled"):
                    raise NotOffered("it is greyed out")
                return part
        raise NotOffered(f"nothing like {wanted} is on the message")


def _bare(value: object) -> object:
    return value.user if isinstance(value, Person) else value
