-- What each audience sees of each subject on the last day of deliveries, by area. A wider audience sees
-- the public class, a narrower one that and more.
-- source: the code list audiences (public, limited, intergovernmental)
-- grain: one row per audience, subject and item
-- key: audience, subject_id, item_kind, item, about
SELECT
    audiences.audience,
    items.area,
    items.subject_id,
    items.item_kind,
    items.item,
    items.about,
    items.reason,
    items.since
FROM publication.items
INNER JOIN codes.audiences ON audiences.sharing = items.sharing
