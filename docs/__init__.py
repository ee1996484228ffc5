"""Pages, and the small programs that write what can be read out of the project itself."""
