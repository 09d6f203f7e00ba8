-- Previews: what people look at in the place of the files.

-- Where an output lies: the narrowest that is at least $4 wide, else the widest.
-- name: find_output
select o.name, o.width, o.height, o.media_type, o.size, o.key
from preview_output o
join preview p on p.hash = o.hash
where o.hash = $1 and p.recipe = $2 and o.name = $3
order by case when o.width >= $4 then 0 else 1 end, case when o.width >= $4 then o.width else -o.width end
limit 1

-- name: find_manifest
select p.manifest from preview p where p.hash = $1 and p.recipe = $2 and p.state = 'ready'

-- name: list_outputs
select o.name, o.width, o.height, o.media_type, o.size, o.key
from preview_output o
where o.hash = $1
order by o.name, o.width
