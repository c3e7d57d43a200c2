"""Steps from 14 on: marks, attachments, outdated turns, retracted answers, summaries."""

from __future__ import annotations

# What people said of turns, each for one session: a branch begins without any. How many pins
# there are is bounded, how many turns are left out is not: so each sort is found by itself.
MARKS = """
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
ATTACHMENTS = """
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
OUTDATED = """
alter table turns add column outdated integer not null default 0 check (
    outdated in (0, 1) and (not outdated or state in ('answering', 'answered'))
);
"""

# Which answers people deleted, and by which posts they are known.
RETRACTED = """
alter table turns add column retracted integer not null default 0 check (
    retracted in (0, 1) and (not retracted or coalesce(reply_text, '') = '')
);

create index posts_by_id on posts (post_id);
"""

# What a model made of turns that contexts show no more; and which turns a summary covers, apart
# from those of the one it builds on, so that it goes when their words do.
SUMMARIES = """
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
