-- What each audience sees of each subject on the last day of deliveries, at which holder's site, by area. A
-- wider audience sees the public class, a narrower one that and more. Sites differ as far as their copies
-- do: one may still show what another has taken down. Whatever the public reads, month and day of birth are
-- starred out of every resident number in it.
-- source: the code list audiences (public, limited, intergovernmental)
-- grain: one row per audience, holder, subject and item
-- key: audience, holder, subject_id, item_kind, item, about
-- kept: as a view, since it gives items again for each audience, and only names reads all of it
SELECT
    audiences.audience,
    items.holder,
    items.area,
    items.subject_id,
    items.item_kind,
    items.item,
    items.about,
    items.reason,
    CASE audiences.audience WHEN 'public' THEN mask_numbers(items.value) ELSE items.value END AS value,
    items.since
FROM publication.items
INNER JOIN codes.audiences ON audiences.sharing = items.sharing
