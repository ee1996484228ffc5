"""Which check catches which error: random faults of every kind, and what every gate says of each."""
