-- What the site does by itself when something happens: webhooks, automations, mail and chat; and who is where.

-- No project: of the whole site. `events` is a JSON list of kinds and actions, none meaning all. The position is how far the log
-- was looked through for it. A hook sees what its owner sees, within the permissions that its maker had (`scopes`, a JSON list;
-- null: all). `lease_until` is also the fence of who delivers.
create table webhook (
    id uuid primary key,
    project_id uuid references project (id) on delete cascade,
    name text not null,
    url text not null,
    events text not null,
    secret text not null,
    old_secret text,
    old_secret_until bigint,
    state text collate "C" not null check (state in ('enabled', 'paused', 'disabled')),
    disabled_reason text,
    owner_id uuid not null references user_account (id),
    scopes text,
    epoch bigint not null,
    txid bigint not null,
    number bigint not null,
    failures bigint not null,
    hold_until bigint not null,
    lease_until bigint not null,
    created_at bigint not null,
    created_by uuid,
    updated_at bigint not null,
    updated_by uuid,
    revision bigint not null
);
create index webhook_project on webhook (project_id);

-- The payload of an event is made anew for each attempt; only what is no event has one here.
create table webhook_delivery (
    id uuid primary key,
    webhook_id uuid not null references webhook (id) on delete cascade,
    epoch bigint,
    txid bigint,
    number bigint,
    action text collate "C" not null,
    payload text,
    state text collate "C" not null check (state in ('waiting', 'delivered', 'failed')),
    attempts bigint not null,
    step bigint not null,
    next_at bigint,
    status bigint,
    error text,
    created_at bigint not null,
    finished_at bigint,
    unique (webhook_id, epoch, txid, number)
);
create index webhook_delivery_due on webhook_delivery (webhook_id, next_at, id) where state = 'waiting';
create index webhook_delivery_list on webhook_delivery (webhook_id, created_at, id);
create index webhook_delivery_finished on webhook_delivery (finished_at) where state <> 'waiting';

create table webhook_attempt (
    delivery_id uuid not null references webhook_delivery (id) on delete cascade,
    number bigint not null,
    at bigint not null,
    duration_ms bigint not null,
    status bigint,
    error text,
    answer text,
    primary key (delivery_id, number)
);

-- `trigger_on`, `conditions` and `actions` are JSON. An automation acts as its owner, within `scopes` as webhooks do.
create table automation (
    id uuid primary key,
    project_id uuid references project (id) on delete cascade,
    name text not null,
    description text not null,
    trigger_on text not null,
    conditions text not null,
    actions text not null,
    state text collate "C" not null check (state in ('enabled', 'paused', 'stopped')),
    stopped_reason text,
    owner_id uuid not null references user_account (id),
    scopes text,
    next_at bigint,
    created_at bigint not null,
    created_by uuid,
    updated_at bigint not null,
    updated_by uuid,
    revision bigint not null
);
create index automation_project on automation (project_id);
create index automation_due on automation (next_at) where next_at is not null;

-- One a rule and event, or a rule and time. `change_set` is what it did: events of it are one deeper.
create table automation_run (
    id uuid primary key,
    automation_id uuid not null references automation (id) on delete cascade,
    epoch bigint,
    txid bigint,
    number bigint,
    due_at bigint,
    action text collate "C" not null,
    entity_kind text collate "C",
    entity_id uuid,
    depth bigint not null,
    state text collate "C" not null check (state in ('waiting', 'done', 'skipped', 'failed', 'stopped')),
    attempts bigint not null,
    next_at bigint,
    change_set uuid,
    detail text not null,
    results text not null,
    created_at bigint not null,
    finished_at bigint,
    unique (automation_id, epoch, txid, number),
    unique (automation_id, due_at)
);
create index automation_run_waiting on automation_run (next_at, id) where state = 'waiting';
create index automation_run_list on automation_run (automation_id, created_at, id);
create index automation_run_change_set on automation_run (change_set) where change_set is not null;
create index automation_run_finished on automation_run (finished_at) where state <> 'waiting';

-- What stops a webhook of the whole site is of no project.
-- sqlite:
create table notification_new (
    id uuid primary key,
    user_id uuid not null references user_account (id),
    project_id uuid references project (id) on delete cascade,
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
insert into notification_new select id, user_id, project_id, reason, entity_kind, entity_id, comment_id, actor_id, change_set, position,
    summary, created_at, read_at from notification;
drop table notification;
alter table notification_new rename to notification;
create index notification_user on notification (user_id, created_at, id);
create index notification_unread on notification (user_id) where read_at is null;
-- postgres:
alter table notification alter column project_id drop not null;
-- both:

-- How somebody is told outside of the application: `email` and `chat` are off, each or digest; times of the day are "HH:MM" in
-- their time zone.
create table notification_setting (
    user_id uuid primary key references user_account (id),
    email text collate "C" not null check (email in ('off', 'each', 'digest')),
    chat text collate "C" not null check (chat in ('off', 'each', 'digest')),
    chat_url text,
    time_zone text not null,
    quiet_from text,
    quiet_to text,
    digest_at text not null,
    updated_at bigint not null,
    revision bigint not null
);

-- One a notification and way. `sending` is said before it goes out: what is found in that state after a crash is not sent again.
create table notification_message (
    notification_id uuid not null references notification (id) on delete cascade,
    channel text collate "C" not null check (channel in ('email', 'chat')),
    user_id uuid not null references user_account (id),
    state text collate "C" not null check (state in ('waiting', 'sending', 'sent', 'failed', 'unsure')),
    due_at bigint not null,
    attempts bigint not null,
    message_id uuid,
    error text,
    created_at bigint not null,
    sent_at bigint,
    primary key (notification_id, channel)
);
create index notification_message_due on notification_message (due_at) where state in ('waiting', 'sending');
create index notification_message_user on notification_message (user_id, channel);

-- Who looks at what: one row a page that is open somewhere, good for as long as it is said again.
create table presence (
    id uuid primary key,
    user_id uuid not null references user_account (id),
    project_id uuid not null references project (id) on delete cascade,
    entity_id uuid,
    seen_at bigint not null
);
create index presence_project on presence (project_id, seen_at);
