"""The doors of the engine. What stands behind each is chosen in `bot.app`.

The store has one Protocol for each part that uses it, so that a part is given the few
verbs it needs; one class implements them all.
"""

from __future__ import annotations

from bot.ports.archive import Archive, Margin
from bot.ports.files import Attachments, Files
from bot.ports.kept import Accounts, Customs, Notebook, Ownership, Store
from bot.ports.outside import Catalogue, Clock, Guide, Messenger, Model, Past, Prices
from bot.ports.owed import Amendments, Attendance, Inbox, Ledger

__all__ = [
    "Accounts",
    "Amendments",
    "Archive",
    "Attachments",
    "Attendance",
    "Catalogue",
    "Clock",
    "Customs",
    "Files",
    "Guide",
    "Inbox",
    "Ledger",
    "Margin",
    "Messenger",
    "Model",
    "Notebook",
    "Ownership",
    "Past",
    "Prices",
    "Store",
]
