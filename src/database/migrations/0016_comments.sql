-- Comments on any entity, and what people are told.

-- `html` is what `text` (Markdown) became; made from escaped text only. A removed comment keeps its place for its replies.
create table comment (
    id uuid primary key,
    entity_id uuid not null references entity (id) on delete cascade,
    project_id uuid not null references project (id),
    reply_to_id uuid references comment (id) on delete cascade,
    author_id uuid references user_account (id),
    text text not null,
    html text not null,
    frame bigint,
    drawing text,
    mentions text not null,
    resolved_at bigint,
    resolved_by uuid,
    removed_at bigint,
    created_at bigint not null,
    updated_at bigint not null,
    revision bigint not null
);
create index comment_entity on comment (entity_id, created_at, id);
create index comment_reply on comment (reply_to_id);

create table comment_reaction (
    comment_id uuid not null references comment (id) on delete cascade,
    user_id uuid not null references user_account (id),
    emoji text collate "C" not null,
    created_at bigint not null,
    primary key (comment_id, user_id, emoji)
);

-- One a person, change set and entity: nobody is told twice. `position` is the event's.
create table notification (
    id uuid primary key,
    user_id uuid not null references user_account (id),
    project_id uuid not null references project (id) on delete cascade,
    reason text collate "C" not null,
    entity_kind text collate "C" not null,
    entity_id uuid not null,
    comment_id uuid,
    actor_id uuid,
    change_set uuid not null,
    position text not null,
    summary text not null,
    created_at bigint not null,
    read_at bigint,
    unique (user_id, change_set, entity_id)
);
create index notification_user on notification (user_id, created_at, id);
create index notification_unread on notification (user_id) where read_at is null;

-- What somebody does not want to be told; no row: everything.
create table notification_rule (
    user_id uuid not null references user_account (id),
    reason text collate "C" not null,
    is_wanted boolean not null,
    primary key (user_id, reason)
);
