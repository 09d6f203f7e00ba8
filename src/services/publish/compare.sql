-- Comparing. The columns come in the order of File, twice for those that changed.

-- Files of $2 whose path $1 doesn't have.
-- name: list_only_in
select f.id, f.version_id, r.name, f.path, f.role, f.frame, f.size, f.sha256, f.media_type,
       '/api/v1/files/' || cast(f.id as text) || '/download', coalesce(p.state, 'none'),
       case when p.state = 'ready' then '/api/v1/media/' || p.hash || '/' || cast(p.recipe as text) || '/thumbnail' end
from file f
join representation r on r.id = f.representation_id
left join preview p on p.hash = f.sha256
where f.version_id = $2
  and not exists (select 1 from file o where o.version_id = $1 and o.path_key = f.path_key and o.path = f.path)
order by f.path_key

-- name: list_changed
select f.id, f.version_id, r.name, f.path, f.role, f.frame, f.size, f.sha256, f.media_type,
       '/api/v1/files/' || cast(f.id as text) || '/download', coalesce(p.state, 'none'),
       case when p.state = 'ready' then '/api/v1/media/' || p.hash || '/' || cast(p.recipe as text) || '/thumbnail' end,
       t.id, t.version_id, tr.name, t.path, t.role, t.frame, t.size, t.sha256, t.media_type,
       '/api/v1/files/' || cast(t.id as text) || '/download', coalesce(tp.state, 'none'),
       case when tp.state = 'ready' then '/api/v1/media/' || tp.hash || '/' || cast(tp.recipe as text) || '/thumbnail' end
from file f
join representation r on r.id = f.representation_id
join file t on t.version_id = $2 and t.path_key = f.path_key and t.path = f.path
join representation tr on tr.id = t.representation_id
left join preview p on p.hash = f.sha256
left join preview tp on tp.hash = t.sha256
where f.version_id = $1 and coalesce(f.sha256, cast(f.id as text)) <> coalesce(t.sha256, cast(t.id as text))
order by f.path_key

-- name: count_unchanged
select count(*)
from file f
join file t on t.version_id = $2 and t.path_key = f.path_key and t.path = f.path
where f.version_id = $1 and coalesce(f.sha256, cast(f.id as text)) = coalesce(t.sha256, cast(t.id as text))
