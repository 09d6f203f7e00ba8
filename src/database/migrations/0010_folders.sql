-- Folders: templates of paths, other sites' layouts, and what scans of the shared file system found.

-- `children` is a JSON list of relative paths. At most one that isn't archived for a data type and kind; without any
-- the one that ships holds.
create table folder_template (
    id uuid primary key,
    project_id uuid not null references project (id) on delete cascade,
    data_type text collate "C" not null check (data_type in ('work', 'published', 'cache', 'render', 'deliverable')),
    entity_kind text collate "C" not null check (entity_kind in ('project', 'episode', 'sequence', 'shot', 'asset')),
    root text collate "C" not null,
    pattern text not null,
    children jsonb not null,
    archived_at bigint,
    created_at bigint not null,
    created_by uuid references user_account (id),
    updated_at bigint not null,
    updated_by uuid references user_account (id),
    revision bigint not null,
    metadata jsonb not null
);
create unique index folder_template_holds on folder_template (project_id, data_type, entity_kind) where archived_at is null;

-- `roots`: {root: {platform: path}}; `templates`: [{data_type, entity_kind, pattern, root, children}]. The one with the
-- code 'home' is this site's own: its templates are those of folder_template.
create table studio_mapping (
    id uuid primary key,
    project_id uuid not null references project (id) on delete cascade,
    code text collate "C" not null,
    label text not null,
    name text not null,
    roots jsonb not null,
    templates jsonb not null,
    archived_at bigint,
    created_at bigint not null,
    created_by uuid references user_account (id),
    updated_at bigint not null,
    updated_by uuid references user_account (id),
    revision bigint not null,
    metadata jsonb not null,
    unique (project_id, code)
);

-- What a file on the shared file system was when its bytes were last read: while size, time and inode are the same,
-- they are not read again.
create table folder_file (
    file_id uuid primary key references file (id) on delete cascade,
    size bigint not null,
    modified_ns bigint not null,
    inode bigint not null,
    sha256 text collate "C" not null,
    checked_at bigint not null
);

create table folder_scan (
    id uuid primary key,
    project_id uuid not null references project (id) on delete cascade,
    job_id uuid,
    options jsonb not null,
    counts jsonb,
    created_at bigint not null,
    created_by uuid references user_account (id),
    finished_at bigint
);
create unique index folder_scan_job on folder_scan (job_id);
create index folder_scan_project on folder_scan (project_id, created_at);

create table folder_finding (
    scan_id uuid not null references folder_scan (id) on delete cascade,
    number bigint not null,
    state text collate "C" not null check (state in ('missing', 'unknown', 'changed', 'wrong_place', 'unreadable')),
    path text collate "C" not null,
    expected_path text,
    version_id uuid,
    file_id uuid,
    size bigint,
    sha256 text collate "C",
    detail text not null,
    primary key (scan_id, number)
);
create index folder_finding_state on folder_finding (scan_id, state, number);

-- One change of the disk each, planned before it is done; `undo_path` is where what it put aside lies.
create table folder_fix (
    id uuid primary key,
    project_id uuid not null references project (id) on delete cascade,
    scan_id uuid not null references folder_scan (id) on delete cascade,
    finding bigint not null,
    action text collate "C" not null check (action in ('adopt', 'move', 'restore', 'quarantine')),
    state text collate "C" not null check (state in ('planned', 'applied', 'failed', 'undone')),
    path text not null,
    to_path text,
    aside_path text,
    version_id uuid,
    detail text not null,
    created_at bigint not null,
    created_by uuid references user_account (id),
    updated_at bigint not null,
    unique (scan_id, finding)
);
create index folder_fix_project on folder_fix (project_id, created_at);
