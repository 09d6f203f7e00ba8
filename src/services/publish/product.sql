-- Products. The columns come in the order of Product.

-- name: find_product
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       p.project_id, p.owner_id, o.kind, e.code, e.label, p.kind, lv.number, lv.id
from product p
join entity e on e.id = p.id
join entity o on o.id = p.owner_id
left join version lv on lv.id = (select v.id
                                 from version v
                                 join entity ve on ve.id = v.id
                                 where v.product_id = p.id and v.state = 'published' and ve.archived_at is null
                                 order by v.number desc
                                 limit 1)
where p.id = $1

-- name: list_products_by_id
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       p.project_id, p.owner_id, o.kind, e.code, e.label, p.kind, lv.number, lv.id
from product p
join entity e on e.id = p.id
join entity o on o.id = p.owner_id
left join version lv on lv.id = (select v.id
                                 from version v
                                 join entity ve on ve.id = v.id
                                 where v.product_id = p.id and v.state = 'published' and ve.archived_at is null
                                 order by v.number desc
                                 limit 1)
where p.id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)

-- name: list_products_of_owners
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       p.project_id, p.owner_id, o.kind, e.code, e.label, p.kind, lv.number, lv.id
from product p
join entity e on e.id = p.id
join entity o on o.id = p.owner_id
left join version lv on lv.id = (select v.id
                                 from version v
                                 join entity ve on ve.id = v.id
                                 where v.product_id = p.id and v.state = 'published' and ve.archived_at is null
                                 order by v.number desc
                                 limit 1)
where e.archived_at is null and p.owner_id in (
-- sqlite:
select value from json_each($1)
-- postgres:
select cast(value as uuid) from jsonb_array_elements_text(cast($1 as jsonb))
-- both:
)
order by e.code, e.id

-- name: find_product_of_owner
select e.id, e.created_at, e.created_by, e.updated_at, e.updated_by, e.revision, e.metadata, e.archived_at,
       p.project_id, p.owner_id, o.kind, e.code, e.label, p.kind, lv.number, lv.id
from entity e
join product p on p.id = e.id
join entity o on o.id = p.owner_id
left join version lv on lv.id = (select v.id
                                 from version v
                                 join entity ve on ve.id = v.id
                                 where v.product_id = p.id and v.state = 'published' and ve.archived_at is null
                                 order by v.number desc
                                 limit 1)
where e.parent_id = $1 and e.code = $2

-- One code among the children of one parent: whoever comes second inserts nothing.
-- name: insert_product_entity
insert into entity (id, kind, project_id, parent_id, code, label, archived_at, created_at, created_by, updated_at,
                    updated_by, revision, metadata)
values ($1, 'product', $2, $3, $4, $5, null, $6, $7, $6, $7, 1, $8)
on conflict (parent_id, code) do nothing

-- name: insert_product
insert into product (id, project_id, owner_id, kind, last_number)
values ($1, $2, $3, $4, 0)

-- name: update_product
update product set kind = $2 where id = $1

-- name: forget_shot_thumbnail
update shot
set thumbnail_file_id = null
where id = $1 and thumbnail_file_id in (select f.id
                                        from file f
                                        join version v on v.id = f.version_id
                                        where v.id = $2 or v.product_id = $2)

-- A thumbnail that came from what is about to be purged.
-- name: forget_thumbnail
update asset
set thumbnail_file_id = (select f.id
                         from file f
                         join version v on v.id = f.version_id
                         where f.id = asset.thumbnail_file_id and v.id <> $2 and v.product_id <> $2),
    picture = (select v.picture
               from version v
               join product p on p.id = v.product_id
               join entity e on e.id = v.id
               where p.owner_id = asset.id and v.state = 'published' and v.picture is not null
                 and e.archived_at is null and v.id <> $2 and v.product_id <> $2
               order by v.published_at desc, v.id desc
               limit 1)
where id = $1
