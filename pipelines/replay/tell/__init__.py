"""How a replay is told: its report in the terminal, its JSON form, its figures and its page."""
