CREATE SCHEMA threads;

-- The counter row of a thread. Whoever changes a thread locks it first, takes the next numbers from last_seq and commits: hence no gaps, and
-- the order of commits is the order of numbers. The tables below are written under that lock alone, so they need no foreign key to it.
CREATE TABLE threads.threads (
    id              uuid        PRIMARY KEY,
    kind            text        NOT NULL,  -- the door's: case, ticket, chat …
    owner_id        uuid        NOT NULL,
    status          text        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
    assistant_mode  text        NOT NULL DEFAULT 'on' CHECK (assistant_mode IN ('on', 'off')),
    last_seq        bigint      NOT NULL DEFAULT 0,
    last_message_at timestamptz,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    closed_at       timestamptz
);
CREATE INDEX threads_by_activity ON threads.threads (kind, updated_at DESC, id DESC);
CREATE INDEX threads_by_owner ON threads.threads (owner_id, kind, updated_at DESC, id DESC);

CREATE TABLE threads.participants (
    thread_id     uuid   NOT NULL,
    user_id       uuid   NOT NULL,
    role          text   NOT NULL,
    joined_seq    bigint NOT NULL,
    last_read_seq bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (thread_id, user_id)
);

-- Every change of a thread, numbered. Holds no text: a message event points at its message, as it is now.
CREATE TABLE threads.events (
    thread_id  uuid        NOT NULL,
    seq        bigint      NOT NULL CHECK (seq > 0),
    type       text        NOT NULL,
    at         timestamptz NOT NULL,
    actor_id   uuid,
    message_id uuid,
    data       jsonb,
    PRIMARY KEY (thread_id, seq)
);

CREATE TABLE threads.messages (
    thread_id    uuid        NOT NULL,
    seq          bigint      NOT NULL CHECK (seq > 0),  -- the number of the event that posted it
    id           uuid        NOT NULL UNIQUE,
    sender_id    uuid        NOT NULL,
    sender_role  text        NOT NULL CHECK (sender_role IN ('user', 'staff', 'doctor', 'assistant')),
    sender_name  text        NOT NULL,  -- as it was at the time
    content      text        NOT NULL,  -- empty once retracted
    client_token text,
    reply_to     uuid,
    run_id       uuid,                  -- of a question: the run that answers it; of an answer: the run that gave it
    ai           jsonb,                 -- of an answer: provider, model, citations
    created_at   timestamptz NOT NULL,
    edited_at    timestamptz,
    retracted_at timestamptz,
    search_text  text        NOT NULL GENERATED ALWAYS AS (platform.search_form(content)) STORED,
    PRIMARY KEY (thread_id, seq)
);
CREATE UNIQUE INDEX messages_by_client_token ON threads.messages (thread_id, sender_id, client_token) WHERE client_token IS NOT NULL;
-- New messages wait in a list that the search reads as well. Whoever fills it must work it in: a short list keeps that moment short for the posts.
CREATE INDEX messages_search ON threads.messages USING gin (search_text gin_trgm_ops) WITH (gin_pending_list_limit = 256);

-- What a message said before an edit or its retraction.
CREATE TABLE threads.message_versions (
    message_id  uuid        NOT NULL,
    version     integer     NOT NULL,
    content     text        NOT NULL,
    replaced_at timestamptz NOT NULL,
    replaced_by uuid        NOT NULL,
    PRIMARY KEY (message_id, version)
);

-- What other modules may join (named in Threads.Contracts).
CREATE VIEW threads.access_threads AS
    SELECT id, kind, owner_id, status, assistant_mode, last_seq, last_message_at, created_at, updated_at, closed_at FROM threads.threads;
CREATE VIEW threads.access_participants AS
    SELECT thread_id, user_id, role, joined_seq, last_read_seq FROM threads.participants;
CREATE VIEW threads.access_messages AS
    SELECT thread_id, seq, id, sender_id, sender_role, content, reply_to, run_id, created_at, retracted_at, search_text FROM threads.messages;

-- Messages after the reader's mark that are not the reader's own.
CREATE FUNCTION threads.access_unread(thread uuid, reader uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM threads.messages m
    WHERE m.thread_id = thread AND m.sender_id <> reader AND m.retracted_at IS NULL
      AND m.seq > coalesce((SELECT p.last_read_seq FROM threads.participants p WHERE p.thread_id = thread AND p.user_id = reader), 0)
$$;
