-- A list is handed only to holders whose readers may see it: a public site shows no list that is shared
-- with agencies alone.
-- table: exchange.paths
-- outcome: fail
SELECT
    paths.list,
    paths.path,
    paths.holder,
    lists.sharing,
    holders.audience
FROM exchange.paths
INNER JOIN codes.lists ON lists.list = paths.list
INNER JOIN codes.holders ON holders.holder = paths.holder
WHERE
    NOT EXISTS (
        SELECT 1
        FROM codes.audiences
        WHERE audiences.audience = holders.audience
            AND audiences.sharing = lists.sharing
    )
