"""Steps 1 to 6: sessions and their turns, how far was heard, edits, manners, versions."""

from __future__ import annotations

SESSIONS_AND_TURNS = """
create table sessions (
    id text primary key check (length(id) = 36),
    channel_id integer not null,
    guild_id integer,
    persona text not null,
    model text,
    title text,
    opened_by integer not null,
    opened_at integer not null,
    closed_at integer,
    head integer references turns (id),
    floor integer not null default 0 check (floor >= 0),
    -- Sums over its turns, so that a list of sessions need not read them.
    last_said_at integer,
    input_tokens integer not null default 0,
    output_tokens integer not null default 0
) strict;

create unique index one_open_session on sessions (channel_id) where closed_at is null;
create index sessions_of_a_place on sessions (channel_id, opened_at);
create index sessions_by_head on sessions (head);

create table turns (
    id integer primary key autoincrement,
    session_id text not null references sessions (id) on delete cascade,
    parent_id integer references turns (id),
    depth integer not null check (depth >= 0),
    anchor integer not null,
    version integer not null check (version >= 0),
    state text not null default 'received' check (state in (
        'received', 'answering', 'answered', 'posted', 'delivered', 'abandoned', 'cancelled'
    )),
    attempt integer not null default 0 check (attempt >= 0),
    stop_requested integer not null default 0 check (stop_requested in (0, 1)),
    reply_text text,
    ending text check (ending in (
        'whole', 'length', 'filtered', 'refused', 'empty', 'stopped', 'broken', 'gave_up'
    )),
    fault text check (fault in (
        'rate', 'quota', 'auth', 'model', 'context', 'content', 'request', 'server', 'timeout',
        'connection', 'truncated'
    )),
    input_tokens integer check (input_tokens >= 0),
    output_tokens integer check (output_tokens >= 0),
    cached_tokens integer check (cached_tokens >= 0),
    cache_write_tokens integer check (cache_write_tokens >= 0),
    reasoning_tokens integer check (reasoning_tokens >= 0),
    floor integer check (floor >= 0),
    unique (anchor, version),
    check ((parent_id is null) = (depth = 0)),
    check ((reply_text is null) = (ending is null)),
    check ((ending is 'broken') = (fault is not null)),
    check (state not in ('received', 'answering') or reply_text is null),
    check (state not in ('answered', 'posted', 'delivered') or reply_text is not null),
    check ((input_tokens is null) = (output_tokens is null)),
    check ((input_tokens is null) = (cached_tokens is null)),
    check ((input_tokens is null) = (cache_write_tokens is null)),
    check ((input_tokens is null) = (reasoning_tokens is null))
) strict;

create index turns_of_a_session on turns (session_id);
create index turns_by_parent on turns (parent_id);
create index owed_turns on turns (session_id, depth)
    where state not in ('delivered', 'abandoned', 'cancelled');

create table prompts (
    message_id integer primary key,
    author_id integer not null,
    author_name text not null,
    text text not null,
    said_at integer not null,
    is_message integer not null check (is_message in (0, 1))
) strict;

-- The versions of an answer share their prompts.
create table turn_prompts (
    turn_id integer not null references turns (id) on delete cascade,
    position integer not null check (position >= 0),
    message_id integer not null references prompts (message_id),
    primary key (turn_id, position)
) strict, without rowid;

create index turns_of_a_prompt on turn_prompts (message_id);

-- Messages whose words were erased: nothing is left of them but that they were heard.
create table erased_messages (
    message_id integer primary key
) strict;

create table posts (
    turn_id integer not null references turns (id) on delete cascade,
    page integer not null check (page >= 0),
    post_id integer not null,
    primary key (turn_id, page)
) strict, without rowid;

create table notebook (
    key text primary key,
    value text not null
) strict, without rowid;
"""

# How far the bot has heard: all places up to one message in common, some further, and some
# (they lag) less far. Rows that say no more than the common one are taken away.
WATERMARKS = """
create table common_watermark (
    id integer primary key check (id = 1),
    heard_until integer not null check (heard_until >= 0)
) strict;

create table watermarks (
    channel_id integer primary key,
    guild_id integer,
    heard_until integer not null check (heard_until >= 0),
    lags_since integer  -- the epoch; null: it does not lag
) strict;

create index sessions_by_speech on sessions (last_said_at) where last_said_at is not null;
"""

# Which model answered, which is what its usage is counted for, and in whose place.
MODELS = """
alter table turns add column model text;
alter table turns add column instead_of text check (instead_of is null or model is not null);
"""

# Words that were edited, and words that were erased in a session that goes on.
AMENDMENTS = """
alter table prompts add column edited_at integer;
alter table prompts add column is_erased integer not null default 0 check (
    is_erased = 0 or (is_erased = 1 and text = '' and author_name = '')
);

drop index turns_of_a_session;
create index turns_of_a_session on turns (session_id, anchor);

-- Made anew after it: where two would do, SQLite takes the one that was made last.
drop index owed_turns;
create index owed_turns on turns (session_id, depth)
    where state not in ('delivered', 'abandoned', 'cancelled');
"""

# How conversations are held. What was chosen for a session goes with it, in one column; its
# wording is kept as it was when it was first answered so.
MANNERS = """
alter table sessions add column parent_id integer;
alter table sessions add column wording text;
alter table sessions add column choices text not null default '{}' check (json_valid(choices));

update sessions
set choices = json_set(choices, '$.persona', persona)
where persona <> 'assistant';

update sessions
set choices = json_set(choices, '$.model', model)
where model is not null;

alter table sessions drop column model;

create table choices (
    level text not null check (level in ('server', 'channel')),
    owner_id integer not null,
    trait text not null check (trait in (
        'persona', 'model', 'effort', 'temperature', 'language', 'length', 'listening'
    )),
    value text not null,
    primary key (level, owner_id, trait)
) strict, without rowid;

create table personas (
    guild_id integer not null,
    name text not null,
    summary text not null,
    wording text not null,
    primary key (guild_id, name)
) strict, without rowid;
"""

# Which version of an answer is shown: the one of the greatest edition among its siblings.
EDITIONS = """
alter table turns add column edition integer not null default 0 check (edition >= 0);

update turns
set edition = version
where version > 0;
"""
