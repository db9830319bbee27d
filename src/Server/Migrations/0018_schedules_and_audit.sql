-- When the run that goes on began, and how the last one that ended did; last_error is null when it succeeded. Shown for scheduled jobs.
ALTER TABLE platform.jobs
    ADD COLUMN started_at      timestamptz,
    ADD COLUMN last_started_at timestamptz,
    ADD COLUMN last_ended_at   timestamptz,
    ADD COLUMN last_result     text;

-- The trail is read newest first, in pieces of bounded size whatever is asked for. Every post writes here, so that only what costs next to nothing is indexed:
-- of 9 µs per row, (at, id) costs one more, while an index by actor, action or resource costs ten each, and twice the WAL.
CREATE INDEX entries_by_time ON audit.entries (at, id);
CREATE INDEX entries_refused ON audit.entries (at, id) WHERE outcome <> 'ok';
