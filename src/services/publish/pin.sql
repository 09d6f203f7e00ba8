-- name: list_pinned_versions
select v.id, p.owner_id, e.code
from version v
join product p on p.id = v.product_id
join entity e on e.id = p.id
where v.state = 'published' and v.id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
