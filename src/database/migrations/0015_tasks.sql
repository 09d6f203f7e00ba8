-- Tasks: departments, task types, templates, tasks with people, time and dependencies; and what workflows need for them.

create table department (
    id uuid primary key,
    code text collate "C" not null,
    name text not null,
    colour text not null,
    sort_order bigint not null,
    archived_at bigint,
    created_at bigint not null,
    created_by uuid,
    updated_at bigint not null,
    updated_by uuid,
    revision bigint not null,
    unique (code)
);

-- No project: for the whole site. `applies_to` is a JSON list of kinds, none meaning all. `depends_on` is a JSON list of codes:
-- what tasks of this type wait for when they are made together on one entity.
create table task_type (
    id uuid primary key,
    project_id uuid references project (id) on delete cascade,
    code text collate "C" not null,
    name text not null,
    colour text not null,
    department_id uuid references department (id),
    applies_to text not null,
    depends_on text not null,
    sort_order bigint not null,
    archived_at bigint,
    created_at bigint not null,
    created_by uuid,
    updated_at bigint not null,
    updated_by uuid,
    revision bigint not null
);
create unique index task_type_of_project on task_type (project_id, code) where project_id is not null;
create unique index task_type_of_site on task_type (code) where project_id is null;

-- The tasks that an entity of a kind (and of an asset type, when one is named) usually has; `items` is a JSON list.
create table task_template (
    id uuid primary key,
    project_id uuid references project (id) on delete cascade,
    code text collate "C" not null,
    name text not null,
    entity_kind text collate "C" not null check (entity_kind in ('asset', 'shot', 'sequence', 'episode')),
    asset_type text collate "C",
    items text not null,
    archived_at bigint,
    created_at bigint not null,
    created_by uuid,
    updated_at bigint not null,
    updated_by uuid,
    revision bigint not null
);
create unique index task_template_of_project on task_template (project_id, code) where project_id is not null;
create unique index task_template_of_site on task_template (code) where project_id is null;

-- Tasks have no code: an address leads to products, and `anim` is both. `assignees` repeats task_assignee as a JSON list.
-- Dates are text, minutes are whole.
create table task (
    id uuid primary key references entity (id) on delete cascade,
    project_id uuid not null references project (id),
    entity_id uuid not null references entity (id),
    task_type_id uuid not null references task_type (id),
    name text not null,
    name_key text collate "C" not null,
    description text not null,
    status text collate "C" not null,
    priority bigint not null check (priority between 0 and 3),
    start_date text collate "C",
    due_date text collate "C",
    bid_minutes bigint,
    logged_minutes bigint not null,
    retakes bigint not null,
    closed_at bigint,
    assignees text not null,
    unique (entity_id, task_type_id, name_key)
);
create index task_project on task (project_id, status, id);
create index task_due on task (project_id, due_date, id);

create table task_assignee (
    task_id uuid not null references task (id) on delete cascade,
    user_id uuid not null references user_account (id),
    primary key (task_id, user_id)
);
create index task_assignee_user on task_assignee (user_id, task_id);

create table task_dependency (
    task_id uuid not null references task (id) on delete cascade,
    depends_on_id uuid not null references task (id) on delete cascade,
    kind text collate "C" not null check (kind in ('finish_start', 'start_start', 'finish_finish', 'start_finish')),
    lag_days bigint not null,
    primary key (task_id, depends_on_id),
    check (task_id <> depends_on_id)
);
create index task_dependency_on on task_dependency (depends_on_id);
insert into lock_row (name) values ('task_graph');

create table time_log (
    id uuid primary key,
    task_id uuid not null references task (id) on delete cascade,
    project_id uuid not null references project (id),
    user_id uuid not null references user_account (id),
    date text collate "C" not null,
    minutes bigint not null check (minutes > 0),
    comment text not null,
    created_at bigint not null,
    updated_at bigint not null,
    revision bigint not null
);
create index time_log_task on time_log (task_id, date, id);
create index time_log_user on time_log (user_id, date, id);

-- A workflow may hold for one task type only. Guards and effects are JSON lists; entering a retake state counts one.
alter table workflow add column task_type text collate "C";
alter table workflow add column revision bigint not null default 1;
alter table workflow_state add column is_retake boolean not null default false;
alter table workflow_transition add column guards text not null default '[]';
alter table workflow_transition add column effects text not null default '[]';

-- What ships. The ids are fixed, so that sites agree on them.
insert into department (id, code, name, colour, sort_order, created_at, updated_at, revision) values
    ('01900000-0000-7000-8000-000000000101', 'art', 'Art', '#8b6fc9', 1, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000102', 'modeling', 'Modeling', '#3f7fd0', 2, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000103', 'rigging', 'Rigging', '#2b9bb0', 3, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000104', 'surfacing', 'Surfacing', '#b9693a', 4, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000105', 'layout', 'Layout', '#5f8f3f', 5, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000106', 'animation', 'Animation', '#3f9a5f', 6, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000107', 'fx', 'Effects', '#c98b2b', 7, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000108', 'lighting', 'Lighting', '#c9b02b', 8, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000109', 'compositing', 'Compositing', '#a94a7a', 9, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000110', 'editorial', 'Editorial', '#7d8590', 10, 0, 0, 1);

insert into task_type (id, project_id, code, name, colour, department_id, applies_to, depends_on, sort_order, created_at, updated_at, revision) values
    ('01900000-0000-7000-8000-000000000201', null, 'concept', 'Concept', '#8b6fc9', '01900000-0000-7000-8000-000000000101', '["asset"]', '[]', 1, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000202', null, 'modeling', 'Modeling', '#3f7fd0', '01900000-0000-7000-8000-000000000102', '["asset"]', '["concept"]', 2, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000203', null, 'rigging', 'Rigging', '#2b9bb0', '01900000-0000-7000-8000-000000000103', '["asset"]', '["modeling"]', 3, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000204', null, 'surfacing', 'Surfacing', '#b9693a', '01900000-0000-7000-8000-000000000104', '["asset"]', '["modeling"]', 4, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000205', null, 'storyboard', 'Storyboard', '#8b6fc9', '01900000-0000-7000-8000-000000000101', '["episode","sequence","shot"]', '[]', 5, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000206', null, 'layout', 'Layout', '#5f8f3f', '01900000-0000-7000-8000-000000000105', '["sequence","shot"]', '["storyboard"]', 6, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000207', null, 'animation', 'Animation', '#3f9a5f', '01900000-0000-7000-8000-000000000106', '["shot"]', '["layout"]', 7, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000208', null, 'fx', 'Effects', '#c98b2b', '01900000-0000-7000-8000-000000000107', '["asset","shot"]', '["animation"]', 8, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000209', null, 'lighting', 'Lighting', '#c9b02b', '01900000-0000-7000-8000-000000000108', '["shot"]', '["animation"]', 9, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000210', null, 'compositing', 'Compositing', '#a94a7a', '01900000-0000-7000-8000-000000000109', '["shot"]', '["fx","lighting"]', 10, 0, 0, 1),
    ('01900000-0000-7000-8000-000000000211', null, 'edit', 'Edit', '#7d8590', '01900000-0000-7000-8000-000000000110', '["episode","sequence"]', '[]', 11, 0, 0, 1);

insert into task_template (id, project_id, code, name, entity_kind, asset_type, items, created_at, updated_at, revision) values
    ('01900000-0000-7000-8000-000000000301', null, 'asset', 'Asset', 'asset', null, '[{"task_type":"concept"},{"task_type":"modeling"},{"task_type":"surfacing"}]', 0, 0, 1),
    ('01900000-0000-7000-8000-000000000302', null, 'character', 'Character', 'asset', 'character', '[{"task_type":"concept"},{"task_type":"modeling"},{"task_type":"rigging"},{"task_type":"surfacing"}]', 0, 0, 1),
    ('01900000-0000-7000-8000-000000000303', null, 'shot', 'Shot', 'shot', null, '[{"task_type":"layout"},{"task_type":"animation"},{"task_type":"lighting"},{"task_type":"compositing"}]', 0, 0, 1);

insert into workflow (id, project_id, code, name, entity_kind, asset_type, initial_state) values
    ('01900000-0000-7000-8000-000000000004', null, 'task', 'Task', 'task', null, 'todo');

insert into workflow_state (workflow_id, code, name, colour, category, sort_order, is_retake) values
    ('01900000-0000-7000-8000-000000000004', 'todo', 'To do', '#7d8590', 'todo', 1, false),
    ('01900000-0000-7000-8000-000000000004', 'ready', 'Ready', '#5f7a99', 'todo', 2, false),
    ('01900000-0000-7000-8000-000000000004', 'in_progress', 'In progress', '#3f7fd0', 'active', 3, false),
    ('01900000-0000-7000-8000-000000000004', 'review', 'Review', '#c98b2b', 'review', 4, false),
    ('01900000-0000-7000-8000-000000000004', 'retake', 'Retake', '#c0504d', 'active', 5, true),
    ('01900000-0000-7000-8000-000000000004', 'approved', 'Approved', '#3f9a5f', 'done', 6, false),
    ('01900000-0000-7000-8000-000000000004', 'on_hold', 'On hold', '#a94a4a', 'blocked', 7, false),
    ('01900000-0000-7000-8000-000000000004', 'omitted', 'Omitted', '#6b6f76', 'retired', 8, false);

insert into workflow_transition (workflow_id, from_state, to_state, name, permission, sort_order) values
    ('01900000-0000-7000-8000-000000000004', 'todo', 'ready', 'Make ready', 'task:review', 1),
    ('01900000-0000-7000-8000-000000000004', 'todo', 'in_progress', 'Start', 'task:transition', 2),
    ('01900000-0000-7000-8000-000000000004', 'todo', 'on_hold', 'Put on hold', 'task:review', 3),
    ('01900000-0000-7000-8000-000000000004', 'todo', 'omitted', 'Omit', 'task:review', 4),
    ('01900000-0000-7000-8000-000000000004', 'ready', 'in_progress', 'Start', 'task:transition', 5),
    ('01900000-0000-7000-8000-000000000004', 'ready', 'todo', 'Not ready yet', 'task:review', 6),
    ('01900000-0000-7000-8000-000000000004', 'ready', 'on_hold', 'Put on hold', 'task:review', 7),
    ('01900000-0000-7000-8000-000000000004', 'ready', 'omitted', 'Omit', 'task:review', 8),
    ('01900000-0000-7000-8000-000000000004', 'in_progress', 'review', 'Submit for review', 'task:transition', 9),
    ('01900000-0000-7000-8000-000000000004', 'in_progress', 'todo', 'Back to do', 'task:transition', 10),
    ('01900000-0000-7000-8000-000000000004', 'in_progress', 'approved', 'Approve', 'task:review', 11),
    ('01900000-0000-7000-8000-000000000004', 'in_progress', 'on_hold', 'Put on hold', 'task:review', 12),
    ('01900000-0000-7000-8000-000000000004', 'in_progress', 'omitted', 'Omit', 'task:review', 13),
    ('01900000-0000-7000-8000-000000000004', 'review', 'approved', 'Approve', 'task:review', 14),
    ('01900000-0000-7000-8000-000000000004', 'review', 'retake', 'Ask for a retake', 'task:review', 15),
    ('01900000-0000-7000-8000-000000000004', 'review', 'in_progress', 'Withdraw', 'task:transition', 16),
    ('01900000-0000-7000-8000-000000000004', 'review', 'on_hold', 'Put on hold', 'task:review', 17),
    ('01900000-0000-7000-8000-000000000004', 'review', 'omitted', 'Omit', 'task:review', 18),
    ('01900000-0000-7000-8000-000000000004', 'retake', 'in_progress', 'Take up', 'task:transition', 19),
    ('01900000-0000-7000-8000-000000000004', 'retake', 'review', 'Submit for review', 'task:transition', 20),
    ('01900000-0000-7000-8000-000000000004', 'retake', 'approved', 'Approve', 'task:review', 21),
    ('01900000-0000-7000-8000-000000000004', 'retake', 'on_hold', 'Put on hold', 'task:review', 22),
    ('01900000-0000-7000-8000-000000000004', 'retake', 'omitted', 'Omit', 'task:review', 23),
    ('01900000-0000-7000-8000-000000000004', 'approved', 'retake', 'Ask for a retake', 'task:review', 24),
    ('01900000-0000-7000-8000-000000000004', 'approved', 'in_progress', 'Reopen', 'task:review', 25),
    ('01900000-0000-7000-8000-000000000004', 'on_hold', 'todo', 'Take up again', 'task:review', 26),
    ('01900000-0000-7000-8000-000000000004', 'on_hold', 'in_progress', 'Go on', 'task:review', 27),
    ('01900000-0000-7000-8000-000000000004', 'on_hold', 'omitted', 'Omit', 'task:review', 28),
    ('01900000-0000-7000-8000-000000000004', 'omitted', 'todo', 'Take up again', 'task:review', 29);
