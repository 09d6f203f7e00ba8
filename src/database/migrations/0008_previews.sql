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

-- The frames of a representation are one thing to look at, shown at the place of the first.
alter table representation add column sequence_hash text;
alter table representation add column sequence_file_id uuid;
create index representation_sequence on representation (sequence_hash);

-- A version's picture is '<hash>/<recipe>' of the preview that stands for it; an asset's is its latest version's.
alter table version add column picture text;
alter table version add column preview_state text not null default 'none';
alter table version add column preview_error text;
alter table asset add column picture text;
