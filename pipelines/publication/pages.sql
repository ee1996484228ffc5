-- What each audience sees of each subject on the last day of deliveries, by area. A wider audience sees
-- the public class, a narrower one that and more.
-- source: the code list audiences (public, limited, intergovernmental)
-- grain: one row an audience, subject and item
-- key: audience, subject_id, item_kind, item, about
SELECT
    a.audience AS audience,
    i.area AS area,
    i.subject_id AS subject_id,
    i.item_kind AS item_kind,
    i.item AS item,
    i.about AS about,
    i.reason AS reason,
    i.since AS since
FROM publication.items AS i
INNER JOIN codes.audiences AS a ON a.sharing = i.sharing
