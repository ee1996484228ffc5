-- The platform's book of trades from the wallets of residents who signed up. Of several friends one has
-- on the day, the number of the act says to which a transfer goes; who has none sends money to somebody the
-- platform does not know.
-- source: world.conduct, world.links, world.subjects, world.names, codes.wallet_states,
--         codes.wallet_services
-- grain: one row per trade
-- key: trade_no, held_from
WITH friends AS (
    SELECT
        link_no,
        a_no AS subject_no,
        b_no AS friend_no,
        valid_from,
        valid_to
    FROM world.links
    WHERE link_kind = 'friend'
    UNION ALL
    SELECT
        link_no,
        b_no AS subject_no,
        a_no AS friend_no,
        valid_from,
        valid_to
    FROM world.links
    WHERE link_kind = 'friend'
),

ranked AS (
    SELECT
        conduct.conduct_no,
        conduct.decided,
        friends.friend_no,
        row_number() OVER (PARTITION BY conduct.conduct_no ORDER BY friends.link_no) AS place,
        count(*) OVER (PARTITION BY conduct.conduct_no) AS friends_that_day
    FROM world.conduct
    INNER JOIN friends
        ON conduct.subject_no = friends.subject_no
        AND on_day(friends.valid_from, friends.valid_to, conduct.decided)
    WHERE conduct.ground = 'transfer_sent'
),

sent AS (
    SELECT
        ranked.conduct_no,
        subjects.resident_no,
        names.name
    FROM ranked
    INNER JOIN world.subjects ON ranked.friend_no = subjects.subject_no
    INNER JOIN world.names
        ON ranked.friend_no = names.subject_no
        AND on_day(names.valid_from, names.valid_to, ranked.decided)
    WHERE ranked.place = 1 + ranked.conduct_no % ranked.friends_that_day
)

SELECT
    conduct.document_no AS trade_no,
    subjects.resident_no AS user_id_card,
    names.name AS user_name,
    wallet_services.code AS trade_type,
    wallet_states.code AS trade_state,
    CAST(conduct.amount_fen AS VARCHAR) AS total_fee,
    write_day(conduct.decided, '') AS time_end,
    sent.resident_no AS friend_id_card,
    sent.name AS friend_name,
    conduct.held_from,
    conduct.held_to
FROM world.conduct
INNER JOIN codes.wallet_states ON conduct.conduct_kind = wallet_states.event_kind
INNER JOIN codes.wallet_services
    ON conduct.ground IN (wallet_services.ground_on_time, wallet_services.ground_late)
INNER JOIN world.subjects ON conduct.subject_no = subjects.subject_no
INNER JOIN world.names
    ON conduct.subject_no = names.subject_no
    AND on_day(names.valid_from, names.valid_to, conduct.decided)
LEFT JOIN sent ON conduct.conduct_no = sent.conduct_no
