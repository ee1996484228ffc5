-- Fill in: what the island sees of the truth, in its own columns and notation. Here: the library sees
-- late returns of hired things, and takes them for books of its own.
-- Give every column of the contract as text (the effect column is added later), and the days on which
-- the island's register holds the row: from held_from until, but not on, held_to (NULL is still).
-- Two rows of one key must not overlap. Read the schemas world and codes, nothing else; the columns of
-- world are in sources/world/columns.py. Days are DATE, money is in fen (a hundredth of a yuan).
-- source: world.conduct, world.subjects, world.names
-- grain: one row per loan slip
-- key: slip_no, held_from
SELECT
    'L' || CAST(conduct.conduct_no AS VARCHAR) AS slip_no,
    names.name AS reader_name,
    subjects.resident_no AS reader_no,
    substr(CAST(conduct.decided AS VARCHAR), 9, 2)
    || '.'
    || substr(CAST(conduct.decided AS VARCHAR), 6, 2)
    || '.'
    || substr(CAST(conduct.decided AS VARCHAR), 1, 4) AS returned_on,
    CAST(yuan(conduct.amount_fen) AS VARCHAR) AS charge,
    'L' AS reason,
    conduct.held_from,
    conduct.held_to
FROM world.conduct
INNER JOIN world.subjects ON conduct.subject_no = subjects.subject_no
-- A subject may change its name: take the one it bore on the day.
INNER JOIN world.names
    ON conduct.subject_no = names.subject_no
    AND on_day(names.valid_from, names.valid_to, conduct.decided)
WHERE
    subjects.kind = 'resident'
    AND conduct.conduct_kind = 'platform_late'
    AND conduct.ground = 'deposit_unreturned'
