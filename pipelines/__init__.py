"""How records become lists: stages of SQL models, the engines that run them, and replay on top."""
