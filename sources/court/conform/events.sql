-- A judgment against somebody was not performed. Persons stand with a masked number, organisations
-- with their organisation code, in one column; its form says which. The amount of the
-- judgment is what was performed and what is still open, together. An entry whose judgment is
-- performed leaves the list, so the record itself never says when it ends.
-- source: conform.court, codes.court_party_kinds, codes.disrupt_types, codes.grounds
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
WITH entries AS (
    SELECT
        c.record_id,
        c.version,
        c.feed,
        c.effect,
        p.subject_kind,
        starred(c."cardNum") AS card_no,
        clean_text(c.iname) AS name,
        d.ground,
        g.severity,
        parse_money(c."performedPart") AS performed_yuan,
        parse_money(c."unperformPart") AS open_yuan,
        normal_form(c."caseCode") AS document_no,
        clean_text(c."courtName") AS authority,
        parse_day(c."regDate") AS decided,
        c.from_day,
        c.to_day
    FROM conform.court AS c
    LEFT JOIN codes.court_party_kinds AS p ON normal_form(c."partyTypeName") = p.code
    LEFT JOIN codes.disrupt_types AS d ON normal_form(c."disruptTypeName") = d.code
    LEFT JOIN codes.grounds AS g ON d.ground = g.code
),

identified AS (
    SELECT
        *,
        CASE
            WHEN substr(card_no, 11, 4) = '****' THEN 'masked_resident_no'
            ELSE 'org_code'
        END AS scheme
    FROM entries
)

SELECT
    record_id,
    version,
    feed,
    effect,
    CASE WHEN id_of(scheme, card_no) IS NOT NULL THEN scheme END AS id_scheme,
    id_of(scheme, card_no) AS id_value,
    name,
    CAST(NULL AS VARCHAR) AS division,
    CAST(NULL AS VARCHAR) AS address,
    subject_kind,
    'judgment_default' AS event_kind,
    ground,
    severity,
    CASE
        WHEN performed_yuan IS NOT NULL OR open_yuan IS NOT NULL
            THEN CAST(coalesce(performed_yuan, 0) + coalesce(open_yuan, 0) AS DECIMAL(18, 2))
    END AS amount_yuan,
    document_no,
    authority,
    decided AS event_day,
    decided AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    from_day,
    to_day
FROM identified
