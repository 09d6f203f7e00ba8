-- The foundation: site, people, the entity table, projects, assets, publishing, workflows, events, jobs, search.
-- Written once in PostgreSQL's types; tools/sql_embed.py maps them for SQLite (uuid, jsonb → text; bigint, boolean →
-- integer; double precision → real; STRICT). Parts that must differ stand in -- sqlite: / -- postgres: / -- both: blocks.
-- Times are microseconds since the epoch. Text that is ordered is collate "C".

create table site (
    id integer primary key check (id = 1),
    name text not null,
    epoch bigint not null,
    signing_key text not null,
    created_at bigint not null
);

-- People ---------------------------------------------------------------------------------------------------------

create table user_account (
    id uuid primary key,
    code text collate "C" not null,
    email text collate "C",
    name text not null,
    site_role text not null check (site_role in ('owner', 'admin', 'member', 'guest')),
    password_hash text,
    is_active boolean not null,
    last_sign_in_at bigint,
    created_at bigint not null,
    created_by uuid,
    updated_at bigint not null,
    updated_by uuid,
    revision bigint not null,
    unique (code),
    unique (email)
);

create table session (
    id uuid primary key,
    user_id uuid not null references user_account (id),
    token_hash text collate "C" not null,
    csrf_hash text not null,
    user_agent text not null,
    created_at bigint not null,
    last_used_at bigint not null,
    expires_at bigint not null,
    unique (token_hash)
);
create index session_user_id on session (user_id);

create table api_token (
    id uuid primary key,
    user_id uuid not null references user_account (id),
    name text not null,
    token_hash text collate "C" not null,
    hint text not null,
    scopes text not null,
    created_at bigint not null,
    created_by uuid,
    expires_at bigint,
    last_used_at bigint,
    revoked_at bigint,
    unique (token_hash)
);
create index api_token_user_id on api_token (user_id);

create table sign_in_link (
    token_hash text collate "C" primary key,
    user_id uuid not null references user_account (id),
    expires_at bigint not null,
    used_at bigint
);

-- Entities -------------------------------------------------------------------------------------------------------

-- The foreign-key target of everything that can belong to any kind. `code` is null for versions (they have numbers).
create table entity (
    id uuid primary key,
    kind text collate "C" not null,
    project_id uuid not null references entity (id),
    parent_id uuid references entity (id),
    code text collate "C",
    label text,
    archived_at bigint,
    created_at bigint not null,
    created_by uuid references user_account (id),
    updated_at bigint not null,
    updated_by uuid references user_account (id),
    revision bigint not null,
    metadata jsonb not null,
    unique (parent_id, code)
);
create unique index entity_project_code on entity (code) where kind = 'project';
create index entity_list_code on entity (project_id, kind, code, id);
create index entity_list_updated on entity (project_id, kind, updated_at, id);
create index entity_list_created on entity (project_id, kind, created_at, id);
create index entity_parent on entity (parent_id, kind);

create table entity_tag (
    entity_id uuid not null references entity (id) on delete cascade,
    tag text collate "C" not null,
    primary key (entity_id, tag)
);
create index entity_tag_tag on entity_tag (tag, entity_id);

create table project (
    id uuid primary key references entity (id) on delete cascade,
    name text not null,
    name_key text collate "C" not null,
    kind text not null,
    status text not null,
    fps text not null,
    resolution_width bigint,
    resolution_height bigint,
    colour_space text,
    start_date text,
    end_date text,
    settings jsonb not null
);

create table membership (
    project_id uuid not null references project (id) on delete cascade,
    user_id uuid not null references user_account (id),
    role text not null,
    created_at bigint not null,
    created_by uuid,
    primary key (project_id, user_id)
);
create index membership_user on membership (user_id, project_id);

create table asset (
    id uuid primary key references entity (id) on delete cascade,
    project_id uuid not null references project (id),
    name text not null,
    name_key text collate "C" not null,
    type text collate "C" not null,
    status text collate "C" not null,
    description text not null,
    tags text not null,
    thumbnail_file_id uuid,
    is_assembly boolean not null,
    components_revision bigint not null
);
create index asset_list_name on asset (project_id, name_key, id);
create index asset_list_type on asset (project_id, type, id);
create index asset_list_status on asset (project_id, status, id);

create table asset_type (
    project_id uuid not null references project (id) on delete cascade,
    code text collate "C" not null,
    name text not null,
    is_assembly boolean not null,
    primary key (project_id, code)
);

create table component (
    id uuid primary key,
    assembly_id uuid not null references asset (id) on delete cascade,
    asset_id uuid not null references asset (id),
    name text not null,
    transform text not null,
    overrides jsonb not null,
    pins jsonb not null,
    count bigint not null check (count >= 1),
    sort_order bigint not null,
    unique (assembly_id, name)
);
create index component_asset on component (asset_id);

-- Publishing -----------------------------------------------------------------------------------------------------

create table product (
    id uuid primary key references entity (id) on delete cascade,
    project_id uuid not null references project (id),
    owner_id uuid not null references entity (id),
    kind text collate "C" not null,
    last_number bigint not null
);
create index product_owner on product (owner_id);

create table version (
    id uuid primary key references entity (id) on delete cascade,
    product_id uuid not null references product (id),
    project_id uuid not null references project (id),
    number bigint,
    state text collate "C" not null check (state in ('draft', 'verifying', 'published', 'failed')),
    status text collate "C" not null,
    comment text not null,
    author_id uuid not null references user_account (id),
    frame_first bigint,
    frame_last bigint,
    frame_step bigint,
    source jsonb,
    published_at bigint,
    error text,
    file_count bigint not null,
    total_size bigint not null,
    unique (product_id, number)
);
create index version_state on version (state, id);

create table representation (
    id uuid primary key,
    version_id uuid not null references version (id) on delete cascade,
    name text collate "C" not null,
    format text not null,
    is_primary boolean not null,
    pattern text,
    frames text,
    colour_space text,
    unique (version_id, name)
);

-- One row for each distinct content. `key` is where the bytes lie and need not be the hash. `unreferenced_at` is when the
-- collector first saw that nothing refers to it; the grace period counts from there.
create table object (
    sha256 text collate "C" primary key,
    size bigint not null,
    backend text not null,
    key text not null,
    state text not null check (state in ('stored', 'damaged', 'missing', 'removing')),
    created_at bigint not null,
    unreferenced_at bigint
);

create table object_location (
    sha256 text collate "C" not null references object (sha256) on delete cascade,
    backend text not null,
    key text not null,
    state text not null,
    verified_at bigint,
    primary key (sha256, backend, key)
);
create index object_location_key on object_location (key);

create table upload (
    id uuid primary key,
    project_id uuid not null references project (id) on delete cascade,
    created_by uuid not null references user_account (id),
    name text not null,
    size bigint not null,
    sha256 text collate "C",
    media_type text not null,
    state text collate "C" not null check (state in ('open', 'verifying', 'complete', 'failed')),
    part_size bigint not null,
    store_key text not null,
    store_upload text not null,
    error text,
    job_id uuid,
    created_at bigint not null,
    expires_at bigint not null
);
create index upload_expiry on upload (state, expires_at);
create index upload_sha256 on upload (sha256);

-- `path_key` is the path folded to one case: a version has to fit on disks that don't tell cases apart.
create table file (
    id uuid primary key,
    version_id uuid not null references version (id) on delete cascade,
    representation_id uuid not null references representation (id),
    role text not null check (role in ('main', 'preview', 'thumbnail', 'proxy', 'texture', 'sidecar')),
    path text collate "C" not null,
    path_key text collate "C" not null,
    frame bigint,
    size bigint not null,
    sha256 text collate "C",
    media_type text not null,
    upload_id uuid references upload (id),
    unique (version_id, path_key)
);
create index file_sha256 on file (sha256);
create index file_upload on file (upload_id);

-- version → version (pinned) or → product (floating); `resolved_version_id` is what a floating one meant at publish.
create table dependency (
    id uuid primary key,
    version_id uuid not null references version (id) on delete cascade,
    target_version_id uuid references version (id),
    target_product_id uuid not null references product (id),
    kind text not null,
    is_optional boolean not null,
    policy text check (policy in ('latest', 'latest_approved')),
    resolved_version_id uuid references version (id)
);
create index dependency_version on dependency (version_id);
create index dependency_target_version on dependency (target_version_id);
create index dependency_target_product on dependency (target_product_id);

-- Rows that exist to be locked: a rule over several rows is held by a lock on a named row.
create table lock_row (
    name text primary key
);
insert into lock_row (name) values ('dependency_graph');
insert into lock_row (name) values ('component_graph');
insert into lock_row (name) values ('schema');

-- PostgreSQL: each transaction leaves a row here, so that its outcome can be found when the reply to its COMMIT is lost.
-- `is_lost` stands in rows that were put in afterwards, in place of one. Ids are UUIDv7; old ones are removed.
-- postgres:
create table commit_marker (
    id uuid primary key,
    is_lost boolean not null
);
-- both:

-- Workflows ------------------------------------------------------------------------------------------------------

create table workflow (
    id uuid primary key,
    project_id uuid references project (id) on delete cascade,
    code text collate "C" not null,
    name text not null,
    entity_kind text not null,
    asset_type text,
    initial_state text not null
);
create index workflow_applies on workflow (entity_kind, project_id);

create table workflow_state (
    workflow_id uuid not null references workflow (id) on delete cascade,
    code text collate "C" not null,
    name text not null,
    colour text not null,
    category text not null check (category in ('todo', 'active', 'review', 'done', 'blocked', 'retired')),
    sort_order bigint not null,
    primary key (workflow_id, code)
);

create table workflow_transition (
    workflow_id uuid not null references workflow (id) on delete cascade,
    from_state text collate "C" not null,
    to_state text collate "C" not null,
    name text not null,
    permission text not null,
    sort_order bigint not null,
    primary key (workflow_id, from_state, to_state),
    foreign key (workflow_id, from_state) references workflow_state (workflow_id, code),
    foreign key (workflow_id, to_state) references workflow_state (workflow_id, code)
);

-- Events ---------------------------------------------------------------------------------------------------------

-- A position is (epoch, txid, number). PostgreSQL: txid is the transaction's, readers stop at the oldest that runs.
-- postgres:
create table event (
    epoch bigint not null,
    txid bigint not null,
    number bigint not null,
    at bigint not null,
    change_set uuid not null,
    actor_id uuid,
    action text collate "C" not null,
    project_id uuid,
    entity_kind text collate "C" not null,
    entity_id uuid not null,
    patch text not null,
    request_id text,
    primary key (epoch, txid, number, at)
) partition by range (at);
create table event_rest partition of event default;
-- sqlite:
create table event (
    epoch bigint not null,
    txid bigint not null,
    number bigint not null,
    at bigint not null,
    change_set uuid not null,
    actor_id uuid,
    action text collate "C" not null,
    project_id uuid,
    entity_kind text collate "C" not null,
    entity_id uuid not null,
    patch text not null,
    request_id text,
    primary key (epoch, txid, number)
);
-- both:
create index event_entity on event (entity_id, epoch, txid, number);
create index event_change_set on event (change_set);

create table event_cursor (
    consumer text primary key,
    epoch bigint not null,
    txid bigint not null,
    number bigint not null,
    updated_at bigint not null
);

-- Idempotency keys -----------------------------------------------------------------------------------------------

create table idempotency (
    actor_id uuid not null,
    route text collate "C" not null,
    key text collate "C" not null,
    request_hash text not null,
    status bigint,
    headers text,
    body text,
    created_at bigint not null,
    primary key (actor_id, route, key)
);
create index idempotency_age on idempotency (created_at);

-- Jobs -----------------------------------------------------------------------------------------------------------

create table job (
    id uuid primary key,
    project_id uuid,
    kind text collate "C" not null,
    payload text not null,
    state text collate "C" not null check (state in ('queued', 'running', 'done', 'failed', 'dead', 'cancelled')),
    priority bigint not null,
    attempts bigint not null,
    max_attempts bigint not null,
    progress double precision not null,
    error text,
    result text,
    parent_id uuid references job (id),
    created_at bigint not null,
    created_by uuid,
    run_at bigint not null,
    started_at bigint,
    finished_at bigint,
    cancel_requested boolean not null,
    unique_key text collate "C",
    worker text,
    fence bigint not null,
    lease_expires_at bigint
);
create unique index job_unique_key on job (unique_key) where unique_key is not null and state in ('queued', 'running', 'failed');
create index job_due on job (priority desc, run_at, id) where state in ('queued', 'failed');
create index job_lease on job (lease_expires_at) where state = 'running';
create index job_dead on job (kind) where state = 'dead';
create index job_created on job (created_at desc, id desc);
create index job_parent on job (parent_id);

-- Search ---------------------------------------------------------------------------------------------------------

-- What can be found; kept by the consumer "search" of the event log. The *_words are folded and parted in code
-- (query/full_text.hpp), so that neither database's tokenizer decides what matches. search_term has every word that
-- was ever seen, to find those near a mistyped one.
-- postgres:
create extension if not exists pg_trgm;
create table search_document (
    entity_id uuid primary key,
    project_id uuid not null,
    kind text collate "C" not null,
    type text collate "C",
    status text collate "C",
    code text collate "C" not null,
    name text not null,
    content text not null,
    code_words text collate "C" not null,
    name_words text collate "C" not null,
    content_words text not null,
    words tsvector not null
);
create index search_document_words on search_document using gin (words);
create table search_term (
    term text collate "C" primary key
);
create index search_term_trigrams on search_term using gin (term gin_trgm_ops);
-- sqlite:
create table search_document (
    number integer primary key,
    entity_id uuid not null unique,
    project_id uuid not null,
    kind text not null,
    type text,
    status text,
    code text not null,
    name text not null,
    content text not null,
    code_words text not null,
    name_words text not null,
    content_words text not null
);
create virtual table search_words using fts5 (code_words, name_words, content_words, content = 'search_document',
    content_rowid = 'number', tokenize = 'ascii', prefix = '2 3');
create table search_term (
    number integer primary key,
    term text not null unique
);
create virtual table search_trigrams using fts5 (term, content = 'search_term', content_rowid = 'number',
    tokenize = 'trigram');
-- both:
create index search_document_project on search_document (project_id, kind);
create index search_document_code on search_document (code);
