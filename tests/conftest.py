from __future__ import annotations

from hypothesis import settings

# No test is about time, and the same tests run everywhere.
settings.register_profile("unhurried", deadline=None, derandomize=True)
settings.load_profile("unhurried")
