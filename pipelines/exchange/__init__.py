"""Who shows what, from when to when, learned from whom: the network of copies and adoptions."""
