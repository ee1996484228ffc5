-- A delivery is made up as the feed's earlier ones were: of its acts, which kinds of number they give and
-- whether any, their grounds and the digits of their sums; of its links, the kinds; of its statements, the
-- properties. A share is out of bounds if it is five times what it was (and ten rows more), or a fifth of it
-- where thirty rows were to be expected. Counts decide, so that one row changes little, and only after a
-- hundred earlier rows. Ten, where resolve.drift asks for five: dozens of values are compared in a delivery,
-- so that chance takes one of them further.
-- table: conform.events
-- outcome: warn
-- drift: 10
SELECT
    feed,
    from_day,
    'number' AS aspect,
    coalesce(id_scheme, 'none') AS said
FROM conform.events
UNION ALL
SELECT
    feed,
    from_day,
    'ground' AS aspect,
    coalesce(ground, 'none') AS said
FROM conform.events
UNION ALL
SELECT
    feed,
    from_day,
    'digits of the sum' AS aspect,
    CASE
        WHEN amount_yuan IS NULL THEN 'none'
        WHEN amount_yuan < 1 THEN '0'
        WHEN amount_yuan < 100 THEN '2'
        WHEN amount_yuan < 10000 THEN '4'
        WHEN amount_yuan < 1000000 THEN '6'
        ELSE '7 or more'
    END AS said
FROM conform.events
UNION ALL
SELECT
    feed,
    from_day,
    'link' AS aspect,
    concat_ws(' ', link_kind, coalesce(a_scheme, 'none'), coalesce(b_scheme, 'none')) AS said
FROM conform.links
UNION ALL
SELECT
    feed,
    from_day,
    'property' AS aspect,
    CASE property WHEN 'status' THEN concat_ws(' ', property, value) ELSE property END AS said
FROM conform.statements
