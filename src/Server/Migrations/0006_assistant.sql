CREATE SCHEMA assistant;

-- One run per question, committed with it. A worker may change a run only while it holds it: status running, under the fence of its own claim.
CREATE TABLE assistant.runs (
    id           uuid        PRIMARY KEY,
    thread_id    uuid        NOT NULL,
    thread_kind  text        NOT NULL,
    question_id  uuid        NOT NULL UNIQUE,
    question_seq bigint      NOT NULL,
    status       text        NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'completed', 'stopped', 'failed')),
    reason       text,                             -- why it was stopped or failed
    fence        bigint      NOT NULL DEFAULT 0,   -- grows with each claim
    lease_until  timestamptz NOT NULL DEFAULT now(), -- nobody may claim it before: the holder's lease, or the pause after a failed attempt
    attempts     integer     NOT NULL DEFAULT 0,
    provider     text,                             -- of a completed run: what answered
    model        text,
    answer_id    uuid,
    created_at   timestamptz NOT NULL,
    started_at   timestamptz,                      -- by its first claim
    finished_at  timestamptz,
    CHECK ((status IN ('completed', 'stopped', 'failed')) = (finished_at IS NOT NULL)),
    CHECK ((status = 'completed') = (answer_id IS NOT NULL))
);
CREATE INDEX runs_due ON assistant.runs (lease_until) WHERE status IN ('queued', 'running');
CREATE INDEX runs_unfinished ON assistant.runs (thread_id, question_seq) WHERE status IN ('queued', 'running');

-- What other modules may join (named in Assistant.Contracts).
CREATE VIEW assistant.access_runs AS
    SELECT id, thread_id, question_id, status, reason, created_at, started_at, finished_at FROM assistant.runs;
