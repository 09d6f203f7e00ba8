-- name: log_end
-- sqlite:
select epoch, txid, number, 1
from event
order by epoch desc, txid desc, number desc
limit 1
-- postgres:
select epoch, txid, number, case when pg_snapshot_xmin(pg_current_snapshot())::text::bigint > txid then 1 else 0 end
from event
order by epoch desc, txid desc, number desc
limit 1
