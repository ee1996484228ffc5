"""How a change of the tables a model reads passes through it, read out of the model's SQL."""
