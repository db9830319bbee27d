-- The person whose data an entry is about: what patients see of the trail is found by it.
ALTER TABLE audit.entries ADD COLUMN subject_id uuid;
CREATE INDEX entries_by_subject ON audit.entries (subject_id, id) WHERE subject_id IS NOT NULL;

CREATE OR REPLACE VIEW audit.access_append AS
    SELECT at, actor_id, actor_role, action, resource, outcome, reason, address, trace_id, subject_id FROM audit.entries;

-- What other modules may show of it (named in Audit.Contracts).
CREATE VIEW audit.access_subjects AS
    SELECT id, at, actor_id, actor_role, action, resource, outcome, reason, subject_id FROM audit.entries WHERE subject_id IS NOT NULL;
