"""Figures: what was measured, and whether it will do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure, with what it should be and what it must not exceed."""

    name: str
    value: float
    unit: str
    goal: float
    limit: float

    def __str__(self) -> str:
        verdict = "ok" if self.value <= self.limit else "TOO MUCH"
        target = f"(goal {self.goal:g}, at most {self.limit:g})"
        return f"{self.name:<44}{self.value:8.2f} {self.unit:<4} {target:<26}{verdict}"
