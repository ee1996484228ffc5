-- Fill in: what the island sees of the truth, in its own columns and notation. Here: the library sees
-- late returns of hired things, and takes them for books of its own.
-- Give every column of the contract as text (the effect column is added later), and the days on which
-- the island's register holds the row: from held_from until, but not on, held_to (NULL is still).
-- Two rows of one key must not overlap. Read the schemas world and codes, nothing else; the columns of
-- world are in sources/world/columns.py. Days are DATE, money is in fen (a hundredth of a yuan).
-- source: world.conduct, world.subjects, world.attributes
-- grain: one row per loan slip
-- key: slip_no, held_from
SELECT
    'L' || CAST(c.conduct_no AS VARCHAR) AS slip_no,
    n.value AS reader_name,
    s.resident_no AS reader_no,
    substr(CAST(c.decided AS VARCHAR), 9, 2)
    || '.'
    || substr(CAST(c.decided AS VARCHAR), 6, 2)
    || '.'
    || substr(CAST(c.decided AS VARCHAR), 1, 4) AS returned_on,
    CAST(c.amount_fen // 100 AS VARCHAR)
    || '.'
    || lpad(CAST(c.amount_fen % 100 AS VARCHAR), 2, '0') AS charge,
    'L' AS reason,
    c.held_from,
    c.held_to
FROM world.conduct AS c
INNER JOIN world.subjects AS s ON c.subject_no = s.subject_no
-- A subject may change its name: take the one it bore on the day.
INNER JOIN world.attributes AS n
    ON c.subject_no = n.subject_no
    AND n.property = 'name'
    AND n.valid_from <= c.decided
    AND c.decided < coalesce(n.valid_to, DATE '9999-12-31')
WHERE
    s.kind = 'resident'
    AND c.conduct_kind = 'platform_late'
    AND c.ground = 'deposit_unreturned'
