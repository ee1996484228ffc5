"""Working a change out, model by model: how a change passes through one, and which rows it needs."""
