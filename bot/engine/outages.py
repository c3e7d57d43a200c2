"""Outages: a model that is down is left alone for a while, and then tried by one turn.

A circuit for each model of the endpoint: closed while it answers, open after some failures
in a row that say that the far side is down, half open while one turn tries it again. A
provider may have one model down and another up, and a dead one opens them all.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.domain.errors import Fault, ModelBusy, ModelDown, ModelRefused
from bot.ports import Clock

log = logging.getLogger(__name__)

FAILURES = 4  # in a row, of all turns together; a single turn makes as many tries
FIRST_PAUSE = 5.0  # seconds until it is tried again
LONGEST_PAUSE = 60.0

# What says nothing about the far side: requests that it refused, and answers it gave.
_SAYS_DOWN = frozenset({Fault.SERVER, Fault.TIMEOUT, Fault.CONNECTION, Fault.TRUNCATED})


@dataclass(slots=True)
class _Circuit:
    fault: Fault  # the newest
    failures: int = 0
    is_open: bool = False
    is_tried: bool = False  # by one turn, just now
    pause: float = FIRST_PAUSE
    next_try: float = field(default=0.0)


class Circuits:
    """Knows which models are down. A model that answered is forgotten."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._circuits: dict[str, _Circuit] = {}

    def down(self, model: str) -> Fault | None:
        """Return what is wrong with a model that is down, or None."""
        circuit = self._circuits.get(model)
        return circuit.fault if circuit is not None and circuit.is_open else None

    def admits(self, models: Iterable[str], *, after: float = 0.0) -> bool:
        """Whether any of the models may be asked now, and could be for so many seconds."""
        return any(self._admits(model, after) for model in models)

    @contextmanager
    def trial(self, model: str) -> Iterator[None]:
        """Ask a model within the block, and learn from how that goes; see also `alive`.

        Raises:
            ModelDown: it is to be left alone for now.
        """
        if not self._admits(model):
            raise ModelDown(self._circuits[model].fault, (model,))
        probed = self._circuits.get(model)
        if probed is not None and probed.is_open:
            probed.is_tried = True
            log.info("event=circuit_half_open model=%s", model)
        else:
            probed = None
        try:
            yield
        except (ModelBusy, ModelRefused) as error:
            if error.fault in _SAYS_DOWN:
                self._failed(model, error.fault, is_probe=probed is not None)
            else:
                self.alive(model)
            raise
        finally:
            if probed is not None:
                probed.is_tried = False

    def alive(self, model: str) -> None:
        """Know that a model has begun to answer, or to refuse."""
        circuit = self._circuits.pop(model, None)
        if circuit is not None and circuit.is_open:
            log.info("event=circuit_closed model=%s", model)

    def _admits(self, model: str, after: float = 0.0) -> bool:
        circuit = self._circuits.get(model)
        if circuit is None or not circuit.is_open:
            return True
        return not circuit.is_tried and self._clock.monotonic() >= circuit.next_try + after

    def _failed(self, model: str, fault: Fault, *, is_probe: bool) -> None:
        circuit = self._circuits.setdefault(model, _Circuit(fault))
        circuit.fault = fault
        circuit.failures += 1
        if circuit.is_open and is_probe:
            circuit.pause = min(circuit.pause * 2, LONGEST_PAUSE)
        elif circuit.is_open or circuit.failures < FAILURES:
            return
        circuit.is_open = True
        circuit.next_try = self._clock.monotonic() + circuit.pause
        log.warning(
            "event=circuit_open model=%s fault=%s seconds=%.0f", model, fault, circuit.pause
        )
