-- Dependencies. The columns come in the order of Dependency, without the address.

-- Everything that decides about cycles happens under this lock.
-- name: lock_dependency_graph
select name from lock_row where name = 'dependency_graph'
-- postgres:
for update

-- name: insert_dependency
insert into dependency (id, version_id, target_version_id, target_product_id, kind, is_optional, policy)
values ($1, $2, $3, $4, $5, $6, $7)

-- name: find_target_versions
select v.id, v.product_id, v.project_id, v.state, v.author_id, r.kind
from version v
join project r on r.id = v.project_id
where v.id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- name: find_target_products
select p.id, p.id, p.project_id, 'published', p.id, r.kind
from product p
join project r on r.id = p.project_id
where p.id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- Does a version reach its own product by a floating edge? Only so can a new version close a cycle: nothing is pinned to
-- it yet. A floating edge reaches every version of its product.
-- name: reaches_own_product
with recursive reach(version_id, product_id) as (
    select d.target_version_id, case when d.target_version_id is null then d.target_product_id end
    from dependency d
    where d.version_id = $1
    union
    select d.target_version_id, case when d.target_version_id is null then d.target_product_id end
    from reach r
    join version v on (v.id = r.version_id or v.product_id = r.product_id) and v.state <> 'failed'
    join dependency d on d.version_id = v.id
)
select 1 from reach where product_id = $2 limit 1

-- name: list_edges
select d.version_id, d.target_version_id, d.target_product_id
from dependency d
where d.version_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
order by d.id

-- name: list_versions_of_products
select v.id, v.product_id
from version v
where v.state <> 'failed' and v.product_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
order by v.id

-- What the floating dependencies of a version mean now. Approved is what stands in a `done` state of the workflow that
-- applies to it.
-- name: resolve_floating
update dependency
set resolved_version_id = (select v.id
                           from version v
                           join entity e on e.id = v.id
                           where v.product_id = dependency.target_product_id and v.state = 'published'
                             and e.archived_at is null
                             and (dependency.policy = 'latest'
                                  or exists (select 1
                                             from workflow_state s
                                             where s.code = v.status and s.category = 'done'
                                               and s.workflow_id = (select w.id
                                                                    from workflow w
                                                                    where w.entity_kind = 'version'
                                                                      and w.asset_type is null
                                                                      and (w.project_id = v.project_id
                                                                           or w.project_id is null)
                                                                    order by w.project_id is null, w.id
                                                                    limit 1)))
                           order by v.number desc
                           limit 1)
where version_id = $1 and target_version_id is null

-- name: find_unresolved
select target_product_id, policy
from dependency
where version_id = $1 and target_version_id is null and resolved_version_id is null and not is_optional
limit 1

-- name: needed_versions
with recursive needed(version_id, depth) as (
    select coalesce(d.target_version_id, d.resolved_version_id), 1
    from dependency d
    where d.version_id = $1 and coalesce(d.target_version_id, d.resolved_version_id) is not null
    union
    select coalesce(d.target_version_id, d.resolved_version_id), n.depth + 1
    from needed n
    join dependency d on d.version_id = n.version_id
    where coalesce(d.target_version_id, d.resolved_version_id) is not null and n.depth < 1000
)
select v.id, v.product_id, v.project_id, v.number, min(n.depth)
from needed n
join version v on v.id = n.version_id
group by v.id, v.product_id, v.project_id, v.number
order by min(n.depth), v.id
