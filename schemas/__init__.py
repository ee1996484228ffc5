"""What things are: contracts, shapes, identifiers and code lists. Imports nothing of ours."""
