"""Each list by its own rule, one SQL file a list; entries and evidence are derived from them."""
