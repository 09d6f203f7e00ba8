-- Impact: one level of users at a time. Lists are bound as JSON.

-- The versions that depend on one of these versions ($1), or float on one of these products ($2).
-- name: list_dependents
select w.id, w.product_id, w.project_id, w.state, w.author_id, p.owner_id, o.kind
from dependency d
join version w on w.id = d.version_id and w.state <> 'failed'
join product p on p.id = w.product_id
join entity o on o.id = p.owner_id
where d.target_version_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
union
select w.id, w.product_id, w.project_id, w.state, w.author_id, p.owner_id, o.kind
from dependency d
join version w on w.id = d.version_id and w.state <> 'failed'
join product p on p.id = w.product_id
join entity o on o.id = p.owner_id
where d.target_version_id is null and d.target_product_id in (
-- sqlite:
select value from json_each($2)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($2 as jsonb))
-- both:
)
order by 1

-- name: list_assemblies_of
select distinct c.assembly_id, a.project_id
from component c
join asset a on a.id = c.assembly_id
where c.asset_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
order by c.assembly_id

-- The shots, sequences and episodes that cast one of these assets.
-- name: list_castings_of
select distinct c.owner_id, c.project_id, e.kind, e.code
from casting c
join entity e on e.id = c.owner_id
where e.archived_at is null and c.asset_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
order by c.owner_id

-- Every version of these products.
-- name: list_product_versions
select v.id
from version v
where v.state <> 'failed' and v.product_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- name: list_product_ids
select p.id from product p where p.owner_id = $1
