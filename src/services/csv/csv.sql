-- What codes are taken in a project, below what.
-- name: list_codes
select e.id, e.kind, e.parent_id, e.code, e.archived_at
from entity e
where e.project_id = $1 and e.kind in ('asset', 'episode', 'sequence', 'shot')

-- name: find_library_asset
select a.id, a.project_id
from asset a
join entity e on e.id = a.id
join entity pe on pe.id = a.project_id
where pe.code = $1 and e.code = $2

-- The casting of a project as it stands in the film. A sequence's own comes before its shots'.
-- name: list_castings
select coalesce(ep.code, ''), coalesce(sq.code, ''), coalesce(sh.code, ''), c.asset_id, ae.code, ape.code, c.occurrences, c.label, ae.project_id
from casting c
join entity ae on ae.id = c.asset_id
join entity ape on ape.id = ae.project_id
join entity o on o.id = c.owner_id
left join shot s on s.id = c.owner_id
left join entity sh on sh.id = s.id
left join sequence q on q.id = coalesce(s.sequence_id, c.owner_id)
left join entity sq on sq.id = q.id
left join episode p on p.id = coalesce(q.episode_id, c.owner_id)
left join entity ep on ep.id = p.id
where c.project_id = $1 and o.archived_at is null
order by 1, 2, coalesce(s.sort_order, -1), 3, c.sort_order, c.id
