-- Fill in: what a row of the feed means, in a sentence or two. Here: a reader has returned a book
-- late, which is a hired thing returned late.
-- Give exactly these columns in this order. Read conform.<feed> for your own feeds and codes.<list> for
-- code lists, nothing else. Event kinds and grounds are those of schemas/codes/grounds.csv. A value you
-- do not know becomes NULL, never a guess; a row is never dropped unless the header says why.
-- Attributes of subjects go to statements.sql, relations to links.sql, in the same way: the files of
-- sources/tax_bureau and sources/market_registry show how. Leave out the files you do not need.
-- source: conform.library_fines, codes.grounds
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
WITH slips AS (
    SELECT
        *,
        id_of('resident_no', reader_no) AS resident_no,
        clean_text(reader_name) AS name,
        CASE normal_form(reason) WHEN 'L' THEN 'deposit_unreturned' END AS ground,
        parse_money(charge) AS amount_yuan,
        normal_form(slip_no) AS document_no,
        -- no macro reads DD.MM.YYYY, so turn it round first
        parse_day(
            substr(returned_on, 7, 4)
            || substr(returned_on, 4, 2)
            || substr(returned_on, 1, 2)
        ) AS returned
    FROM conform.library_fines
)

SELECT
    slips.record_id,
    slips.version,
    slips.feed,
    slips.effect,
    CASE WHEN slips.resident_no IS NOT NULL THEN 'resident_no' END AS id_scheme,
    slips.resident_no AS id_value,
    slips.name,
    CAST(NULL AS VARCHAR) AS division,
    CAST(NULL AS VARCHAR) AS address,
    'resident' AS subject_kind,
    'platform_late' AS event_kind,
    slips.ground,
    grounds.severity,
    slips.amount_yuan,
    slips.document_no,
    '市图书馆' AS authority,
    CAST(NULL AS VARCHAR) AS details,
    slips.returned AS event_day,
    slips.returned AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    slips.from_day,
    slips.to_day
FROM slips
LEFT JOIN codes.grounds ON slips.ground = grounds.code
