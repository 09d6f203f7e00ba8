-- Previews: what was made of bytes for people to look at. Derived: everything here can be made again.

-- One row for each distinct content that was looked at: `hash` is the sha256 of the bytes, or of an image sequence's frames.
-- `recipe` is the number of the recipe that made it; `manifest` describes the media (api: GET …/manifest).
create table preview (
    hash text collate "C" primary key,
    recipe bigint not null,
    state text collate "C" not null check (state in ('ready', 'failed', 'none')),
    kind text not null,
    error text,
    manifest jsonb not null,
    made_at bigint not null
);
create index preview_recipe on preview (recipe, hash);

-- The stored pictures and movies of a preview. `name`: thumbnail, poster, proxy, sprites, waveform.
create table preview_output (
    hash text collate "C" not null references preview (hash) on delete cascade,
    name text collate "C" not null,
    width bigint not null,
    height bigint not null,
    media_type text not null,
    size bigint not null,
    key text not null,
    primary key (hash, name, width)
);

-- The frames of an image sequence are one thing to look at, shown at the place of the first. Derived from the paths.
create table preview_sequence (
    version_id uuid not null references version (id) on delete cascade,
    hash text collate "C" not null,
    file_id uuid not null,
    pattern text,
    frames text not null,
    primary key (version_id, hash)
);
create index preview_sequence_hash on preview_sequence (hash);
alter table file add column sequence_hash text;

-- A version's picture is '<hash>/<recipe>' of the preview that stands for it; an asset's is its latest version's.
alter table version add column picture text;
alter table version add column preview_state text not null default 'none';
alter table version add column preview_error text;
alter table asset add column picture text;
create index version_picture on version (picture);
create index asset_picture on asset (picture);
