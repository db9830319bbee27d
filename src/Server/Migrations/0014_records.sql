CREATE SCHEMA records;

-- The case history of a patient: one, of which every version is kept.
CREATE TABLE records.case_histories (
    patient_id uuid        PRIMARY KEY,
    id         uuid        NOT NULL UNIQUE,
    version    integer     NOT NULL CHECK (version > 0),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE TABLE records.case_history_versions (
    patient_id   uuid        NOT NULL REFERENCES records.case_histories,
    version      integer     NOT NULL,
    summary      text        NOT NULL,
    document_ids uuid[]      NOT NULL DEFAULT '{}',
    written_by   uuid        NOT NULL,
    written_at   timestamptz NOT NULL,
    is_current   boolean     NOT NULL DEFAULT true,   -- search looks into this one alone
    search_text  text        NOT NULL GENERATED ALWAYS AS (platform.search_form(summary)) STORED,
    PRIMARY KEY (patient_id, version)
);
CREATE UNIQUE INDEX case_history_current ON records.case_history_versions (patient_id) WHERE is_current;
CREATE INDEX case_history_by_time ON records.case_history_versions (written_at DESC, patient_id DESC) WHERE is_current;
CREATE INDEX case_history_search ON records.case_history_versions USING gin (search_text gin_trgm_ops) WHERE is_current;

CREATE TABLE records.reports (
    id          uuid        PRIMARY KEY,
    patient_id  uuid        NOT NULL,
    title       text        NOT NULL,
    description text        NOT NULL DEFAULT '',
    report_type text        NOT NULL,
    version     integer     NOT NULL DEFAULT 1,
    created_by  uuid        NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    search_text text        NOT NULL GENERATED ALWAYS AS (platform.search_form(title || E'\n' || description)) STORED
);
CREATE INDEX reports_by_patient ON records.reports (patient_id, created_at DESC, id DESC);
CREATE INDEX reports_by_time ON records.reports (created_at DESC, id DESC);
CREATE INDEX reports_search ON records.reports USING gin (search_text gin_trgm_ops);

-- A file that belongs to a patient's record, perhaps to one of the reports. Its id is the file's.
CREATE TABLE records.documents (
    id            uuid        PRIMARY KEY,
    patient_id    uuid        NOT NULL,
    report_id     uuid        REFERENCES records.reports,
    document_type text        NOT NULL DEFAULT 'other',
    remark        text,
    uploaded_by   uuid        NOT NULL,
    created_at    timestamptz NOT NULL
);
CREATE INDEX documents_by_patient ON records.documents (patient_id, created_at DESC, id DESC);
CREATE INDEX documents_by_time ON records.documents (created_at DESC, id DESC);
CREATE INDEX documents_by_report ON records.documents (report_id) WHERE report_id IS NOT NULL;

-- Each opens one document once.
CREATE TABLE records.download_tokens (
    hash        bytea       PRIMARY KEY,   -- SHA-256 of the token
    document_id uuid        NOT NULL REFERENCES records.documents,
    issued_to   uuid        NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz
);
CREATE INDEX download_tokens_by_expiry ON records.download_tokens (expires_at);

-- The text of what may be had, page by page (named in Files.Contracts).
CREATE VIEW files.access_pages AS
    SELECT f.id AS file_id, f.file_name, p.page, p.content, p.search_text
    FROM files.files f JOIN files.blobs b USING (sha256) JOIN files.pages p USING (sha256) WHERE f.item_id IS NOT NULL AND b.scan = 'clean';
