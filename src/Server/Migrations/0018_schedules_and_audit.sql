-- When the run that goes on began, and how the last one that ended did; last_error is null when it succeeded. Shown for scheduled jobs.
ALTER TABLE platform.jobs
    ADD COLUMN started_at      timestamptz,
    ADD COLUMN last_started_at timestamptz,
    ADD COLUMN last_ended_at   timestamptz,
    ADD COLUMN last_result     text;

-- The trail is read newest first, in steps of bounded size whatever is asked for. Every post writes here, so that only what costs it next to nothing is indexed:
-- of 6 µs per row the first two cost one more and the third, which leaves out posts, nothing; by actor or by resource it would be four to six, and up to four times
-- the WAL.
CREATE INDEX entries_by_time ON audit.entries (at, id);
CREATE INDEX entries_refused ON audit.entries (at, id) WHERE outcome <> 'ok';
CREATE INDEX entries_by_action ON audit.entries (action, at, id) WHERE action <> 'message.post';
