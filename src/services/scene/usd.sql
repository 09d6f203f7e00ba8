-- name: find_shot_frames
select e.code, coalesce(s.head_in, s.cut_in), coalesce(s.tail_out, s.cut_out), coalesce(s.fps, p.fps)
from shot s
join entity e on e.id = s.id
join project p on p.id = s.project_id
where s.id = $1
