"""What goes wrong: faults put in their places, and the edits they mean in the landing files."""
