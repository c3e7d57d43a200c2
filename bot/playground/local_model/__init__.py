"""A real, very small model on this machine: fetched once, served by a process of its own.

Reading order: `release` (which model), `fetching` (how its file comes here and stays),
`serving` and `server_process` (how it is asked), `opening` (all of it together).
"""

from bot.playground.local_model.errors import NoLocalModel
from bot.playground.local_model.opening import open_local_model
from bot.playground.local_model.serving import Served

__all__ = ["NoLocalModel", "Served", "open_local_model"]
