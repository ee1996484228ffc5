"""Landing: files as delivered become rows as received, all text, each with its file and line."""

from pipelines.landing.folder import LandingError, deliveries_in, read_manifest
from pipelines.landing.land import land

__all__ = ["LandingError", "deliveries_in", "land", "read_manifest"]
