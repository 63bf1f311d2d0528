"""Bounded waiting: every wait of the suite ends, and says what it waited for."""

import time
from typing import Callable, TypeVar

# Longest time that one awaited event may take. Generous: it is only ever used up by a failure.
PATIENCE = 20.0

T = TypeVar("T")


def wait_until(condition: Callable[[], T], what: str, seconds: float = PATIENCE) -> T:
    """Returns the first truthy answer of `condition`; fails with `what` when none came in time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain for: {what}")
        time.sleep(0.01)
