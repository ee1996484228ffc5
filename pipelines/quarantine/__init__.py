"""Quarantine as a place to work in: what is kept aside, why, and what somebody decided of it.

`rows` tells what the database in force keeps aside and what would be right; `steps` takes a step and
writes it to the log of the home. What a build makes of the log is said in `pipelines.landing.decisions`.
"""
