"""Every step the schema ever took: numbered from 1, only added to, never edited once released."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Migration:
    """A step of the schema; its `sql` runs in one transaction with its record."""

    number: int
    name: str
    sql: str


# Moments are whole microseconds since 1970, UTC. Ids of Discord are 64-bit integers. What the
# code believes stands here once more as constraints: a bug must not become data.
_SESSIONS_AND_TURNS = """
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
_WATERMARKS = """
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
_MODELS = """
alter table turns add column model text;
alter table turns add column instead_of text check (instead_of is null or model is not null);
"""

# Words that were edited, and words that were erased in a session that goes on.
_AMENDMENTS = """
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
_MANNERS = """
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
_EDITIONS = """
alter table turns add column edition integer not null default 0 check (edition >= 0);

update turns
set edition = version
where version > 0;
"""

# What models were asked for, and what it cost in nano-dollars. No key ties it to a session: a
# bill outlives what was said. The sums are for everything that a call counts for, by day (since
# 1970, UTC) and model; `guild_id` is 0 outside of servers, and where the scope is wider.
_CALLS = """
create table calls (
    id integer primary key autoincrement,
    at integer not null,
    kind text not null check (kind in ('answer', 'title', 'summary')),
    user_id integer not null,
    channel_id integer not null,
    guild_id integer,
    session_id text not null check (length(session_id) = 36),
    turn_id integer,
    model text not null,
    input_tokens integer not null check (input_tokens >= 0),
    cached_tokens integer not null check (cached_tokens >= 0),
    cache_write_tokens integer not null check (cache_write_tokens >= 0),
    output_tokens integer not null check (output_tokens >= 0),
    reasoning_tokens integer not null check (reasoning_tokens >= 0),
    cost integer check (cost >= 0),  -- null: not known
    is_estimated integer not null check (is_estimated in (0, 1))
) strict;

create index calls_of_a_session on calls (session_id);
create index calls_of_a_person on calls (user_id, at);

create table spending (
    scope text not null check (scope in ('all', 'server', 'channel', 'user', 'member')),
    guild_id integer not null,
    scope_id integer not null,
    day integer not null,
    model text not null,
    calls integer not null check (calls > 0),
    unpriced integer not null check (unpriced between 0 and calls),
    estimated integer not null check (estimated between 0 and calls),
    input_tokens integer not null,
    output_tokens integer not null,
    cached_tokens integer not null,
    cache_write_tokens integer not null,
    reasoning_tokens integer not null,
    cost integer not null check (cost >= 0),
    primary key (scope, guild_id, scope_id, day, model)
) strict, without rowid;
"""

# Which warnings were given since when (a day), and what was said of a budget with an answer.
_BUDGETS = """
create table budget_warnings (
    scope text not null check (scope in ('all', 'server', 'channel', 'user', 'member')),
    guild_id integer not null,
    scope_id integer not null,
    since integer not null,
    period text not null check (period in ('day', 'month')),
    -- In the order of the columns: else SQLite's quick check (seen with 3.40.1) calls it damaged.
    primary key (scope, guild_id, scope_id, since, period)
) strict, without rowid;

alter table turns add column budget_standing text check (
    budget_standing in ('warned', 'stepped_down', 'spent', 'unpriced')
);
alter table turns add column budget_scope text check (
    (budget_scope is null) = (budget_standing is null)
);
alter table turns add column budget_period text check (
    (budget_period is null) = (budget_standing is null)
);
alter table turns add column budget_opens_at integer check (
    (budget_opens_at is null) = (budget_standing is null)
);
"""

# Which turns were taken out of their session and say so.
_UNDONE = """
alter table turns add column undone integer not null default 0 check (undone in (0, 1));
"""

# Where a turn was said that another session has inherited: else its messages would be looked for
# at the place of that one, and taken for deleted.
_INHERITED = """
alter table turns add column said_in integer;

create index turns_said_elsewhere on turns (said_in, anchor) where said_in is not null;
"""

# Who gave a session its title. Of those there are it is not known: so they stay as they are.
_TITLES = """
alter table sessions add column titled_by text not null default 'prompt' check (
    titled_by = 'prompt' or (titled_by in ('model', 'person') and title is not null)
);

update sessions
set titled_by = 'person'
where title is not null;
"""

# What those who manage a server set as budgets there, in nano-dollars (null: no limit), and
# whether what was said of a budget with an answer was said of such a one.
_OWN_BUDGETS = """
create table own_budgets (
    guild_id integer not null,
    scope text not null check (scope in ('server', 'channel', 'member')),
    day integer check (day >= 0),
    month integer check (month >= 0),
    primary key (guild_id, scope),
    check (day is not null or month is not null)
) strict, without rowid;

alter table turns add column budget_is_own integer not null default 0 check (
    budget_is_own = 0 or (budget_is_own = 1 and budget_standing is not null)
);
"""

# What was said in place of an answer to who had had as many as the operator allows.
_RATES = """
alter table turns add column rate_count integer check (rate_count > 0);
alter table turns add column rate_span text check (
    (rate_span is null) = (rate_count is null) and rate_span in ('minute', 'hour', 'day')
);
alter table turns add column rate_opens_at integer check (
    (rate_opens_at is null) = (rate_count is null)
);
"""

# What people said of turns, each for one session: a branch begins without any. How many pins
# there are is bounded, how many turns are left out is not: so each sort is found by itself.
_MARKS = """
create table marks (
    session_id text not null references sessions (id) on delete cascade,
    turn_id integer not null references turns (id) on delete cascade,
    mark text not null check (mark in ('pinned', 'left_out')),
    primary key (session_id, turn_id)
) strict, without rowid;

create index marks_of_a_sort on marks (session_id, mark);
create index marks_of_a_turn on marks (turn_id);

-- The newest turn when marks changed last; null: there never were any.
alter table sessions add column marked_after integer;
"""

# What came with the prompts. It goes with them, and with it the bytes that came with no other.
_ATTACHMENTS = """
create table blobs (
    hash text primary key check (length(hash) = 64),
    data blob not null
) strict;

create table attachments (
    message_id integer not null references prompts (message_id) on delete cascade,
    id integer not null,
    position integer not null check (position >= 0),
    name text not null,
    kind text not null,
    size integer not null check (size >= 0),
    url text check (url is null or shown is null),  -- for as long as nobody fetched it
    shown text check (shown in (
        'image', 'text', 'kind', 'not_text', 'size', 'room', 'fetch'
    )),
    hash text references blobs (hash) check ((hash is null) = (shown is not 'image')),
    image_kind text check ((image_kind is null) = (hash is null)),
    image_size integer check ((image_size is null) = (hash is null)),
    excerpt text check ((excerpt is null) = (shown is not 'text')),
    is_whole integer check (is_whole in (0, 1) and (is_whole is null) = (excerpt is null)),
    primary key (message_id, id)
) strict;

create index attachments_by_hash on attachments (hash) where hash is not null;

create trigger forget_bytes after delete on attachments when old.hash is not null
begin
    delete from blobs
    where hash = old.hash
        and not exists (select * from attachments where hash = old.hash);
end;
"""

# Which turns answer, or are about to, other words than are kept of their prompts by now.
_OUTDATED = """
alter table turns add column outdated integer not null default 0 check (
    outdated in (0, 1) and (not outdated or state in ('answering', 'answered'))
);
"""

# Which answers people deleted, and by which posts they are known.
_RETRACTED = """
alter table turns add column retracted integer not null default 0 check (
    retracted in (0, 1) and (not retracted or coalesce(reply_text, '') = '')
);

create index posts_by_id on posts (post_id);
"""

# What a model made of turns that contexts show no more; and which turns a summary covers, apart
# from those of the one it builds on, so that it goes when their words do.
_SUMMARIES = """
create table summaries (
    until_id integer primary key references turns (id) on delete cascade,
    builds_on integer references summaries (until_id) on delete cascade,
    made_for integer references turns (id) on delete set null,
    text text not null,
    model text not null,
    made_at integer not null,
    cost integer check (cost >= 0),  -- null: not known
    check (builds_on < until_id)
) strict;

create index summaries_by_base on summaries (builds_on) where builds_on is not null;
create index summaries_by_occasion on summaries (made_for) where made_for is not null;

create table summarised_turns (
    turn_id integer not null references turns (id) on delete cascade,
    until_id integer not null references summaries (until_id) on delete cascade,
    primary key (turn_id, until_id)
) strict, without rowid;

create index turns_of_a_summary on summarised_turns (until_id);

alter table turns add column has_summary integer not null default 0 check (has_summary in (0, 1));
alter table turns add column summary_cost integer check (
    summary_cost is null or (has_summary = 1 and summary_cost >= 0)
);

create table wider_choices (
    level text not null check (level in ('server', 'channel')),
    owner_id integer not null,
    trait text not null check (trait in (
        'persona', 'model', 'effort', 'temperature', 'language', 'length', 'summary', 'listening'
    )),
    value text not null,
    primary key (level, owner_id, trait)
) strict, without rowid;

insert into wider_choices (level, owner_id, trait, value)
select level, owner_id, trait, value
from choices;

drop table choices;
alter table wider_choices rename to choices;
"""

MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, "sessions and turns", _SESSIONS_AND_TURNS),
    Migration(2, "watermarks", _WATERMARKS),
    Migration(3, "models", _MODELS),
    Migration(4, "amendments", _AMENDMENTS),
    Migration(5, "manners", _MANNERS),
    Migration(6, "editions", _EDITIONS),
    Migration(7, "calls", _CALLS),
    Migration(8, "budgets", _BUDGETS),
    Migration(9, "undone turns", _UNDONE),
    Migration(10, "inherited turns", _INHERITED),
    Migration(11, "titles", _TITLES),
    Migration(12, "own budgets", _OWN_BUDGETS),
    Migration(13, "rates", _RATES),
    Migration(14, "marks", _MARKS),
    Migration(15, "attachments", _ATTACHMENTS),
    Migration(16, "outdated turns", _OUTDATED),
    Migration(17, "retracted answers", _RETRACTED),
    Migration(18, "summaries", _SUMMARIES),
)
