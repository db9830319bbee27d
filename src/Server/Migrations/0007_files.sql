CREATE SCHEMA files;

-- Stored bytes, once for all files that consist of them, and what was found out about them. Whoever stores or sweeps a blob holds its advisory
-- lock (files.lock_blob) until the commit, so that a row never loses its bytes.
CREATE TABLE files.blobs (
    sha256       text        PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    size         bigint      NOT NULL CHECK (size >= 0),
    media_type   text        NOT NULL,  -- by its content, never by what the sender said
    charset      text,                  -- of text: utf-8, utf-16, windows-1252
    scan         text        NOT NULL CHECK (scan IN ('pending', 'clean', 'blocked')),
    scan_reason  text,                  -- of a blocked one: what the scanner calls it
    decoding     text        NOT NULL CHECK (decoding IN ('waiting', 'done', 'failed', 'none')),  -- none: nothing to decode in this type
    failure      text,                  -- why decoding failed: broken, too_large …; of a waiting one: why it is tried once more
    decoder      integer,               -- the version of the decoder that did it
    width        integer,               -- pixels, as the picture is to be looked at
    height       integer,
    page_count   integer,
    has_thumbnail boolean    NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL
);
CREATE INDEX blobs_unfinished ON files.blobs (created_at) WHERE scan = 'pending' OR decoding = 'waiting';
CREATE INDEX blobs_by_decoder ON files.blobs (decoder) WHERE decoder IS NOT NULL;

-- A file as somebody gave it: uploaded for a place (a case …), or named by an address; then hung on an item of that place (a message …).
CREATE TABLE files.files (
    id          uuid        PRIMARY KEY,
    owner_id    uuid        NOT NULL,
    place_kind  text        NOT NULL,
    place_id    uuid        NOT NULL,
    item_id     uuid,                    -- null: hangs on nothing yet, and is its owner's alone
    file_name   text        NOT NULL,
    media_type  text,                    -- null until its bytes are there
    size        bigint,
    sha256      text        REFERENCES files.blobs,
    source_url  text,                    -- where to fetch it; forgotten when that has ended
    failure     text,                    -- why its bytes could not be had
    created_at  timestamptz NOT NULL,
    attached_at timestamptz,
    CHECK ((sha256 IS NULL) = (media_type IS NULL) AND (sha256 IS NULL) = (size IS NULL)),
    CHECK ((item_id IS NULL) = (attached_at IS NULL))
);
CREATE INDEX files_by_owner ON files.files (owner_id);
CREATE INDEX files_by_item ON files.files (item_id) WHERE item_id IS NOT NULL;
CREATE INDEX files_by_blob ON files.files (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX files_unattached ON files.files (created_at) WHERE item_id IS NULL;

-- What each owner's files weigh together. Its row is locked by whoever adds to it, so that nobody passes his quota twice at once.
CREATE TABLE files.usage (
    owner_id uuid   PRIMARY KEY,
    bytes    bigint NOT NULL CHECK (bytes >= 0)
);

-- The text of documents, page by page.
CREATE TABLE files.pages (
    sha256      text    NOT NULL REFERENCES files.blobs ON DELETE CASCADE,
    page        integer NOT NULL CHECK (page > 0),
    content     text    NOT NULL,
    search_text text    NOT NULL GENERATED ALWAYS AS (platform.search_form(content)) STORED,
    PRIMARY KEY (sha256, page)
);
CREATE INDEX pages_search ON files.pages USING gin (search_text gin_trgm_ops);

CREATE FUNCTION files.lock_blob(sha256 text) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('files.blobs/' || sha256, 0))
$$;

-- What other modules may join (named in Files.Contracts).
CREATE VIEW files.access_texts AS
    SELECT f.place_kind, f.place_id, p.search_text FROM files.files f JOIN files.pages p USING (sha256) WHERE f.item_id IS NOT NULL;
