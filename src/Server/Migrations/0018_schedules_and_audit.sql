-- When the run that goes on began, and how the last one that ended did; last_error is null when it succeeded. Shown for scheduled jobs.
ALTER TABLE platform.jobs
    ADD COLUMN started_at      timestamptz,
    ADD COLUMN last_started_at timestamptz,
    ADD COLUMN last_ended_at   timestamptz,
    ADD COLUMN last_result     text;
