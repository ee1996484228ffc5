"""How far islands are joined, from not at all to as far as they are today."""

from __future__ import annotations

JOINS = ("none", "own-keys", "unified-code", "full")
