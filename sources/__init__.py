"""Where records come from: the synthetic world, and the islands that observe it."""
