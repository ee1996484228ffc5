"""How far islands are joined, from not at all to as far as they are today."""

JOINS = ("none", "own-keys", "unified-code", "full")
