-- A judgment against somebody was not performed. Persons stand with a masked number, organisations
-- with their organisation code, in one column; its form says which. The amount of the
-- judgment is what was performed and what is still open, together. An entry whose judgment is
-- performed leaves the list, so the record itself never says when it ends.
-- source: conform.court, codes.court_party_kinds, codes.disrupt_types, codes.grounds
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
WITH entries AS (
    SELECT
        court.*,
        court_party_kinds.subject_kind,
        starred(court."cardNum") AS card_no,
        clean_text(court.iname) AS name,
        disrupt_types.ground,
        grounds.severity,
        parse_money(court."performedPart") AS performed_yuan,
        parse_money(court."unperformPart") AS open_yuan,
        normal_form(court."caseCode") AS document_no,
        clean_text(court."courtName") AS authority,
        parse_day(court."regDate") AS decided
    FROM conform.court
    LEFT JOIN codes.court_party_kinds ON normal_form(court."partyTypeName") = court_party_kinds.code
    LEFT JOIN codes.disrupt_types ON normal_form(court."disruptTypeName") = disrupt_types.code
    LEFT JOIN codes.grounds ON disrupt_types.ground = grounds.code
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
    CAST(NULL AS VARCHAR) AS details,
    decided AS event_day,
    decided AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    from_day,
    to_day
FROM identified
