"""The hometown: the server that the playground begins with, and who lives in it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.playground.people.person import Person
from bot.playground.people.realm import Realm
from bot.playground.world.permission import EVERYDAY
from bot.playground.world.places import ChannelKind

HOME = "Home"
CHANNELS = (
    ("welcome", ChannelKind.TEXT, "Mention @Parley anywhere, or type / for its commands."),
    ("general", ChannelKind.TEXT, "Anything at all."),
    ("questions", ChannelKind.FORUM, "One post, one topic."),
    ("news", ChannelKind.ANNOUNCEMENT, "What is new."),
    ("lounge", ChannelKind.VOICE, "The text chat of a voice channel."),
)
OWNER, GUEST = "Ada", "Bob"


@dataclass(frozen=True, slots=True)
class Hometown:
    """The people whom one can be: the owner of the server, who may do anything, and a guest."""

    owner: Person
    guest: Person

    @property
    def people(self) -> list[Person]:
        """Both."""
        return [self.owner, self.guest]


def found(realm: Realm) -> Hometown:
    """Make the server with its channels and people, and a DM with the bot for each of them."""
    owner, guest = realm.add_person(OWNER), realm.add_person(GUEST)
    home = realm.add_guild(HOME, owner=owner, bot_permissions=EVERYDAY)
    realm.world.join(home, guest.user)
    for name, kind, topic in CHANNELS:
        realm.add_channel(home, name, kind).topic = topic
    for person in (owner, guest):
        realm.dm(person)
    return Hometown(owner, guest)


def find(realm: Realm) -> Hometown:
    """Return who lives in a server that was made before."""
    people = {user.global_name: realm.person(user) for user in realm.world.users.values()}
    return Hometown(people[OWNER], people[GUEST])
