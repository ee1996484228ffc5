"""How work that takes a while says how far it is."""

from collections.abc import Callable

# Called with a label, steps done and steps in all.
Progress = Callable[[str, int, int], None]
