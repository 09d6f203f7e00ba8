-- name: list_sequences
select q.id, qe.code, ee.code, q.episode_id, qe.archived_at
from sequence q
join entity qe on qe.id = q.id
left join entity ee on ee.id = q.episode_id
where q.project_id = $1

-- What each shot was in the edits that count now, the newest last.
-- name: list_base_items
select i.shot_id, i.cut_id, i.source_in, i.source_out, i.speed, i.media_reference, i.reel
from cut_item i
join cut c on c.id = i.cut_id
where c.project_id = $1 and c.is_current and i.shot_id is not null
order by c.created_at, i.cut_id, i.sort_order
