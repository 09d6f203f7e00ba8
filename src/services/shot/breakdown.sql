-- The breakdown.

-- name: list_breakdown_shots
select s.id, e.code, s.sequence_id, qe.code, ee.code, s.name, s.status, q.episode_id
from shot s
join entity e on e.id = s.id
join sequence q on q.id = s.sequence_id
join entity qe on qe.id = s.sequence_id
left join entity ee on ee.id = q.episode_id
where s.project_id = $1 and e.archived_at is null and qe.archived_at is null
  and (cast($2 as text) is null or cast(s.sequence_id as text) = $2)
  and (cast($3 as text) is null or cast(q.episode_id as text) = $3)
order by coalesce(ee.code, ''), qe.code, s.sort_order, e.code
limit $4

-- name: list_project_roles
select c.owner_id, c.asset_id, c.occurrences, c.pins
from casting c
where c.project_id = $1

-- name: list_cast_asset_rows
select a.id, a.project_id, e.code, a.name, a.type, a.status
from asset a
join entity e on e.id = a.id
where a.id in (select c.asset_id from casting c where c.project_id = $1)
order by a.type, e.code, a.id

-- name: list_appearances
select c.id, e.kind, c.owner_id, c.project_id, c.occurrences, c.label, c.pins
from casting c
join entity e on e.id = c.owner_id
where c.asset_id = $1 and e.archived_at is null
order by c.project_id, c.owner_id, c.sort_order
