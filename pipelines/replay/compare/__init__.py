"""What differs between two states: cells, figures, causes, and what is left after a correction."""
