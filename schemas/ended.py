"""How a process ended: by Ctrl-C, or by an error, and where that was raised."""

STOPPED = 130  # its exit code after Ctrl-C, as shells have it


def raised_in(error: BaseException) -> str | None:
    """The module that raised an error, in this process or in one that noted it; None if it is not known."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    here = None if at is None else str(at.tb_frame.f_globals.get("__name__"))
    return getattr(error, "raised_in", here)
