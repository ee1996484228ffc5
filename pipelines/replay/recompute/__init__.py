"""What edits change: the models run again, for the units concerned or for everything."""
