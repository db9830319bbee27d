-- An answer is kept from its first character on: a piece is in here before anybody sees it.

ALTER TABLE assistant.runs
    DROP CONSTRAINT runs_question_id_key,       -- a question whose run failed may be asked again
    DROP CONSTRAINT runs_check1,                -- a stopped run may have an answer: what was shown
    ADD COLUMN asked_after bigint,              -- of a run that somebody asked for by itself: the thread's last number then
    ADD COLUMN prompt_version text,
    ADD CONSTRAINT runs_answer CHECK (CASE status WHEN 'completed' THEN answer_id IS NOT NULL WHEN 'stopped' THEN true ELSE answer_id IS NULL END);
CREATE UNIQUE INDEX runs_by_question ON assistant.runs (question_id) WHERE status IN ('queued', 'running') OR answer_id IS NOT NULL;
CREATE INDEX runs_by_thread ON assistant.runs (thread_id, created_at);

-- The text of an unfinished answer, in order. Gone when the run ends: the message has it then.
CREATE TABLE assistant.pieces (
    run_id     uuid    NOT NULL,
    end_offset integer NOT NULL CHECK (end_offset > 0),  -- UTF-16 units of the answer up to and including this piece
    content    text    NOT NULL,
    PRIMARY KEY (run_id, end_offset)
);

-- One row for each time that a provider was asked. A call with a start offset above 0 went on where another had broken off: a seam.
CREATE TABLE assistant.calls (
    run_id         uuid        NOT NULL,
    number         integer     NOT NULL,           -- 1, 2, 3 … within the run
    fence          bigint      NOT NULL,           -- the claim that made it
    owner_id       uuid        NOT NULL,           -- the thread's, whose budget it counts against
    provider       text        NOT NULL,
    model          text        NOT NULL,
    prompt_version text        NOT NULL,
    start_offset   integer     NOT NULL,           -- UTF-16 units that were shown before
    outcome        text        NOT NULL DEFAULT 'running' CHECK (outcome IN ('running', 'completed', 'failed', 'stopped', 'lost')),
    reason         text,                           -- why it failed; of a completed one: length, when it was cut
    input_tokens   integer,
    output_tokens  integer,
    started_at     timestamptz NOT NULL,
    first_text_at  timestamptz,
    finished_at    timestamptz,
    PRIMARY KEY (run_id, number),
    CHECK ((outcome = 'running') = (finished_at IS NULL))
);
CREATE INDEX calls_by_owner ON assistant.calls (owner_id, started_at);
CREATE INDEX calls_by_time ON assistant.calls (started_at);

CREATE OR REPLACE VIEW assistant.access_runs AS
    SELECT id, thread_id, question_id, status, reason, created_at, started_at, finished_at, answer_id, attempts, provider, model, prompt_version
    FROM assistant.runs;
