CREATE SCHEMA cases;

-- What the Cases door adds to its thread, which has the same id.
CREATE TABLE cases.cases (
    id                uuid        PRIMARY KEY,
    title             text,
    issue_description text        NOT NULL,
    assignee_id       uuid,
    created_at        timestamptz NOT NULL,
    search_text       text        NOT NULL GENERATED ALWAYS AS (platform.search_form(coalesce(title, '') || E'\n' || issue_description)) STORED
);
CREATE INDEX cases_by_assignee ON cases.cases (assignee_id) WHERE assignee_id IS NOT NULL;
CREATE INDEX cases_search ON cases.cases USING gin (search_text gin_trgm_ops);
