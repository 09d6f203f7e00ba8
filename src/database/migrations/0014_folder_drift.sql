-- Drift by folder: what the last scan found in and below a path.
create index folder_finding_path on folder_finding (scan_id, path);
