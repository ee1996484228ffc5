-- Who is whose friend: whoever sends money to somebody on the platform, from that day on. A row that names
-- somebody tells of a friend, whatever else it says; no friendship is known to end.
-- source: conform.messaging_platform; that a transfer makes a friend is ours
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
WITH transfers AS (
    SELECT
        *,
        id_of('resident_no', user_id_card) AS a_no,
        id_of('resident_no', friend_id_card) AS b_no
    FROM conform.messaging_platform
    WHERE coalesce(clean_text(friend_id_card), clean_text(friend_name)) IS NOT NULL
)

SELECT
    record_id,
    version,
    feed,
    effect,
    'friend' AS link_kind,
    CASE WHEN a_no IS NOT NULL THEN 'resident_no' END AS a_scheme,
    a_no AS a_value,
    clean_text(user_name) AS a_name,
    CAST(NULL AS VARCHAR) AS a_division,
    'resident' AS a_kind,
    CASE WHEN b_no IS NOT NULL THEN 'resident_no' END AS b_scheme,
    b_no AS b_value,
    clean_text(friend_name) AS b_name,
    CAST(NULL AS VARCHAR) AS b_division,
    'resident' AS b_kind,
    parse_day(time_end) AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    from_day,
    to_day
FROM transfers
