"""What stands on every file, page, report and figure that is made."""

NOTICE = "SYNTHETIC DATA: no person, organisation or identifier in it is real"
