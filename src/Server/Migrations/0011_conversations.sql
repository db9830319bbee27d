CREATE SCHEMA conversations;

-- What the Conversations door adds to its thread, which has the same id and the times.
CREATE TABLE conversations.conversations (
    id          uuid PRIMARY KEY,
    title       text,
    description text NOT NULL
);
