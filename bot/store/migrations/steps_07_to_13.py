"""Steps 7 to 13: bills, budgets and rates; undone and inherited turns; titles."""

from __future__ import annotations

# What models were asked for, and what it cost in nano-dollars. No key ties it to a session: a
# bill outlives what was said. The sums are for everything that a call counts for, by day (since
# 1970, UTC) and model; `guild_id` is 0 outside of servers, and where the scope is wider.
CALLS = """
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
BUDGETS = """
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
UNDONE = """
alter table turns add column undone integer not null default 0 check (undone in (0, 1));
"""

# Where a turn was said that another session has inherited: else its messages would be looked for
# at the place of that one, and taken for deleted.
INHERITED = """
alter table turns add column said_in integer;

create index turns_said_elsewhere on turns (said_in, anchor) where said_in is not null;
"""

# Who gave a session its title. Of those there are it is not known: so they stay as they are.
TITLES = """
alter table sessions add column titled_by text not null default 'prompt' check (
    titled_by = 'prompt' or (titled_by in ('model', 'person') and title is not null)
);

update sessions
set titled_by = 'person'
where title is not null;
"""

# What those who manage a server set as budgets there, in nano-dollars (null: no limit), and
# whether what was said of a budget with an answer was said of such a one.
OWN_BUDGETS = """
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
RATES = """
alter table turns add column rate_count integer check (rate_count > 0);
alter table turns add column rate_span text check (
    (rate_span is null) = (rate_count is null) and rate_span in ('minute', 'hour', 'day')
);
alter table turns add column rate_opens_at integer check (
    (rate_opens_at is null) = (rate_count is null)
);
"""
