CREATE SCHEMA conversations;

-- What the Conversations door adds to its thread, which has the same id.
CREATE TABLE conversations.conversations (
    id          uuid        PRIMARY KEY,
    title       text,
    description text        NOT NULL,
    created_at  timestamptz NOT NULL
);
