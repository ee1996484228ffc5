-- What agencies do to whoever is listed, and to those linked to them. A measure with a term of its own
-- is one decision: it runs from the first day it is called for to the end of its term, whatever becomes of
-- the entry. Any other lasts while it is called for.
-- source: the code list measures, which names the rule each rests on
-- grain: one row a measure, subject, entry version, way it is linked and period
-- key: measure_id
-- unit: because_entry_version
-- touches: consequences.called c ON c.entry_version = unit.because_entry_version
SELECT
    hash_id(concat_ws(
        '|', c.measure, c.agency, id_text(c.entry_version), id_text(c.subject_id), c.link_path,
        CAST(c.from_day AS VARCHAR)
    )) AS measure_id,
    c.measure AS measure,
    c.agency AS agency,
    c.list AS list,
    c.subject_id AS subject_id,
    c.entry_version AS because_entry_version,
    c.link_path AS link_path,
    c.from_day AS from_day,
    CASE WHEN c.term_days IS NULL THEN c.to_day ELSE c.from_day + c.term_days END AS to_day
FROM consequences.called AS c
