-- Shots: episodes, sequences and shots, field definitions, casting, work files, cuts.

create table episode (
    id uuid primary key references entity (id) on delete cascade,
    project_id uuid not null references project (id),
    name text not null,
    name_key text collate "C" not null,
    description text not null,
    sort_order bigint not null
);
create index episode_project on episode (project_id, sort_order, id);

create table sequence (
    id uuid primary key references entity (id) on delete cascade,
    project_id uuid not null references project (id),
    episode_id uuid references episode (id),
    name text not null,
    name_key text collate "C" not null,
    description text not null,
    sort_order bigint not null
);
create index sequence_project on sequence (project_id, sort_order, id);
create index sequence_episode on sequence (episode_id);

-- Frames are inclusive. `fps` and `retime` are fractions as text. `status_before` is where an omitted shot goes back to.
create table shot (
    id uuid primary key references entity (id) on delete cascade,
    project_id uuid not null references project (id),
    sequence_id uuid not null references sequence (id),
    name text not null,
    name_key text collate "C" not null,
    description text not null,
    status text collate "C" not null,
    status_before text collate "C",
    cut_in bigint,
    cut_out bigint,
    head_in bigint,
    tail_out bigint,
    handles bigint not null,
    fps text,
    retime text,
    thumbnail_file_id uuid,
    sort_order bigint not null,
    check (cut_out >= cut_in and head_in <= cut_in and tail_out >= cut_out)
);
create index shot_project on shot (project_id, sequence_id, sort_order, id);
create index shot_sequence on shot (sequence_id, sort_order, id);
create index shot_status on shot (project_id, status, id);

-- What people may put into `metadata`. No project: for the whole site. An `entity_kind` is a kind or `*`.
create table field_definition (
    id uuid primary key,
    project_id uuid references project (id) on delete cascade,
    entity_kind text collate "C" not null,
    key text collate "C" not null,
    name text not null,
    description text not null,
    type text collate "C" not null check (type in ('text', 'integer', 'number', 'boolean', 'date', 'choice', 'choices')),
    choices text not null,
    default_value text,
    is_required boolean not null,
    is_inherited boolean not null,
    visible_to text not null,
    editable_by text not null,
    sort_order bigint not null,
    created_at bigint not null,
    created_by uuid,
    updated_at bigint not null,
    updated_by uuid,
    revision bigint not null
);
create unique index field_definition_of_project on field_definition (project_id, entity_kind, key) where project_id is not null;
create unique index field_definition_of_site on field_definition (entity_kind, key) where project_id is null;

-- Casting has a revision of its own; this row is what its writers lock.
create table casting_list (
    owner_id uuid primary key references entity (id) on delete cascade,
    revision bigint not null
);

create table casting (
    id uuid primary key,
    owner_id uuid not null references casting_list (owner_id) on delete cascade,
    project_id uuid not null references project (id),
    asset_id uuid not null references asset (id),
    occurrences bigint not null check (occurrences >= 1),
    label text,
    overrides jsonb not null,
    pins jsonb not null,
    sort_order bigint not null
);
create index casting_owner on casting (owner_id, sort_order, id);
create index casting_asset on casting (asset_id);
create index casting_project on casting (project_id);

-- What a shot was last locked to.
create table shot_lock (
    shot_id uuid primary key references shot (id) on delete cascade,
    policy text not null,
    content text not null,
    revision bigint not null,
    locked_at bigint not null,
    locked_by uuid
);

-- Numbers are taken from the series' row, one `update` each, and never given twice.
create table work_series (
    id uuid primary key,
    owner_id uuid not null references entity (id) on delete cascade,
    code text collate "C" not null,
    last_number bigint not null,
    unique (owner_id, code)
);

create table work_file (
    id uuid primary key,
    series_id uuid not null references work_series (id) on delete cascade,
    project_id uuid not null references project (id),
    number bigint not null,
    path text,
    application text not null,
    author_id uuid not null references user_account (id),
    comment text not null,
    size bigint,
    modified_at bigint,
    created_at bigint not null,
    revision bigint not null,
    unique (series_id, number)
);

-- An edit as it came: every import makes a new one, one is current for each owner (a project, episode or sequence).
create table cut (
    id uuid primary key,
    owner_id uuid not null references entity (id) on delete cascade,
    project_id uuid not null references project (id),
    number bigint not null,
    name text not null,
    rate text not null,
    start_frame bigint not null,
    drop_frame boolean not null,
    format text not null,
    source_name text not null,
    naming text not null,
    is_current boolean not null,
    created_at bigint not null,
    created_by uuid,
    unique (owner_id, number)
);
create unique index cut_current on cut (owner_id) where is_current;
create index cut_project on cut (project_id, created_at);

-- Ranges are half open, in frames: source_out and record_out are the first frames behind.
create table cut_item (
    id uuid primary key,
    cut_id uuid not null references cut (id) on delete cascade,
    shot_id uuid references shot (id) on delete set null,
    shot_code text,
    sort_order bigint not null,
    track text not null,
    source_in bigint not null,
    source_out bigint not null,
    record_in bigint not null,
    record_out bigint not null,
    reel text not null,
    clip_name text not null,
    media_reference text not null,
    speed text not null,
    transition_in bigint not null,
    transition_out bigint not null,
    metadata jsonb not null
);
create index cut_item_cut on cut_item (cut_id, sort_order);
create index cut_item_shot on cut_item (shot_id);

-- The workflow that ships for shots. Its id is fixed, so that sites agree on it.
insert into workflow (id, project_id, code, name, entity_kind, asset_type, initial_state) values
    ('01900000-0000-7000-8000-000000000003', null, 'shot', 'Shot', 'shot', null, 'waiting');

insert into workflow_state (workflow_id, code, name, colour, category, sort_order) values
    ('01900000-0000-7000-8000-000000000003', 'waiting', 'Waiting', '#7d8590', 'todo', 1),
    ('01900000-0000-7000-8000-000000000003', 'in_progress', 'In progress', '#3f7fd0', 'active', 2),
    ('01900000-0000-7000-8000-000000000003', 'on_hold', 'On hold', '#a94a4a', 'blocked', 3),
    ('01900000-0000-7000-8000-000000000003', 'review', 'Review', '#c98b2b', 'review', 4),
    ('01900000-0000-7000-8000-000000000003', 'approved', 'Approved', '#3f9a5f', 'done', 5),
    ('01900000-0000-7000-8000-000000000003', 'final', 'Final', '#1f7a4d', 'done', 6),
    ('01900000-0000-7000-8000-000000000003', 'omitted', 'Omitted', '#6b6f76', 'retired', 7);

insert into workflow_transition (workflow_id, from_state, to_state, name, permission, sort_order) values
    ('01900000-0000-7000-8000-000000000003', 'waiting', 'in_progress', 'Start', 'shot:transition', 1),
    ('01900000-0000-7000-8000-000000000003', 'waiting', 'on_hold', 'Put on hold', 'shot:review', 2),
    ('01900000-0000-7000-8000-000000000003', 'waiting', 'omitted', 'Omit', 'shot:review', 3),
    ('01900000-0000-7000-8000-000000000003', 'in_progress', 'review', 'Submit for review', 'shot:transition', 4),
    ('01900000-0000-7000-8000-000000000003', 'in_progress', 'waiting', 'Back to waiting', 'shot:transition', 5),
    ('01900000-0000-7000-8000-000000000003', 'in_progress', 'on_hold', 'Put on hold', 'shot:review', 6),
    ('01900000-0000-7000-8000-000000000003', 'in_progress', 'omitted', 'Omit', 'shot:review', 7),
    ('01900000-0000-7000-8000-000000000003', 'on_hold', 'waiting', 'Take up again', 'shot:review', 8),
    ('01900000-0000-7000-8000-000000000003', 'on_hold', 'in_progress', 'Go on', 'shot:review', 9),
    ('01900000-0000-7000-8000-000000000003', 'on_hold', 'omitted', 'Omit', 'shot:review', 10),
    ('01900000-0000-7000-8000-000000000003', 'review', 'approved', 'Approve', 'shot:review', 11),
    ('01900000-0000-7000-8000-000000000003', 'review', 'in_progress', 'Back to work', 'shot:transition', 12),
    ('01900000-0000-7000-8000-000000000003', 'review', 'on_hold', 'Put on hold', 'shot:review', 13),
    ('01900000-0000-7000-8000-000000000003', 'review', 'omitted', 'Omit', 'shot:review', 14),
    ('01900000-0000-7000-8000-000000000003', 'approved', 'final', 'Finish', 'shot:review', 15),
    ('01900000-0000-7000-8000-000000000003', 'approved', 'in_progress', 'Reopen', 'shot:review', 16),
    ('01900000-0000-7000-8000-000000000003', 'approved', 'omitted', 'Omit', 'shot:review', 17),
    ('01900000-0000-7000-8000-000000000003', 'final', 'in_progress', 'Reopen', 'shot:review', 18),
    ('01900000-0000-7000-8000-000000000003', 'final', 'omitted', 'Omit', 'shot:review', 19),
    ('01900000-0000-7000-8000-000000000003', 'omitted', 'waiting', 'Restore to waiting', 'shot:review', 20),
    ('01900000-0000-7000-8000-000000000003', 'omitted', 'in_progress', 'Restore to work', 'shot:review', 21),
    ('01900000-0000-7000-8000-000000000003', 'omitted', 'review', 'Restore to review', 'shot:review', 22),
    ('01900000-0000-7000-8000-000000000003', 'omitted', 'approved', 'Restore as approved', 'shot:review', 23),
    ('01900000-0000-7000-8000-000000000003', 'omitted', 'final', 'Restore as final', 'shot:review', 24),
    ('01900000-0000-7000-8000-000000000003', 'omitted', 'on_hold', 'Restore to hold', 'shot:review', 25);
