"""Landing: files as delivered become rows as received, all text, each with its file and line."""

from pipelines.landing.folder import LandingError, bytes_in, deliveries_in, read_manifest
from pipelines.landing.keys import (
    landing_columns,
    landing_select,
    record_id_sql,
    version_sql,
)
from pipelines.landing.land import Landed, land

__all__ = [
    "Landed",
    "LandingError",
    "bytes_in",
    "deliveries_in",
    "land",
    "landing_columns",
    "landing_select",
    "read_manifest",
    "record_id_sql",
    "version_sql",
]
