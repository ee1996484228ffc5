"""Each island's columns, units, dates and codes brought to statements, events and links."""
