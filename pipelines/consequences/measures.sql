-- What agencies do to whoever is listed, and to those linked to them. A measure with a term of its own
-- is one decision: it runs from the first day it is called for to the end of its term, whatever becomes of
-- the entry. Any other lasts while it is called for.
-- source: the code list measures, which names the rule each rests on
-- grain: one row per measure, subject, entry version, way it is linked and period
-- key: measure_id
SELECT
    hash_id(concat_ws(
        '|', measure, agency, id_text(entry_version), id_text(subject_id), link_path,
        CAST(from_day AS VARCHAR)
    )) AS measure_id,
    measure,
    agency,
    list,
    subject_id,
    entry_version AS because_entry_version,
    link_path,
    from_day,
    CASE WHEN term_days IS NULL THEN to_day ELSE from_day + term_days END AS to_day
FROM consequences.called
