"""How long members take on this machine, learnt from their answers as they come."""

from __future__ import annotations

from dataclasses import dataclass, field

# What an answer counts against the one after it: the machine's other work comes and goes.
_FADING = 0.7
# Seconds for 1e9 operations before anything was measured: slower than most processors.
_UNMEASURED = 0.1


@dataclass
class _Pace:
    gflop: float = 0.0
    seconds: float = 0.0

    def add(self, gflop: float, seconds: float) -> None:
        self.gflop = _FADING * self.gflop + gflop
        self.seconds = _FADING * self.seconds + seconds


@dataclass
class Speeds:
    """Seconds for 1e9 operations, by member; one object for the life of an ensemble.

    A member that was never measured is taken to be as fast as the others.
    """

    _paces: dict[str, _Pace] = field(default_factory=dict)

    def learn(self, member: str, gflop: float, seconds: float) -> None:
        """A member took ``seconds`` for 1e9 x ``gflop`` operations; with none nothing is learnt."""
        if gflop > 0:
            self._paces.setdefault(member, _Pace()).add(gflop, seconds)

    def predict(self, member: str, gflop: float) -> float:
        """Seconds that a member will take."""
        pace = self._paces.get(member)
        if pace is not None:
            return gflop * pace.seconds / pace.gflop
        known = sum(one.gflop for one in self._paces.values())
        spent = sum(one.seconds for one in self._paces.values())
        return gflop * (spent / known if known else _UNMEASURED)
