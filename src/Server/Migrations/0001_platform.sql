CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- First answers to requests with an Idempotency-Key, written in the transaction of their effect.
CREATE TABLE platform.idempotency_keys (
    scope        text        NOT NULL,  -- caller and route
    key          text        NOT NULL,
    fingerprint  bytea       NOT NULL,  -- SHA-256 of query and body
    status       smallint    NOT NULL,
    content_type text,
    location     text,
    body         bytea       NOT NULL,
    resource_id  uuid,                  -- what the answer shows: retracting it purges the stored answer
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_keys_created_at ON platform.idempotency_keys (created_at);
CREATE INDEX idempotency_keys_resource ON platform.idempotency_keys (resource_id) WHERE resource_id IS NOT NULL;

CREATE TABLE platform.jobs (
    id           uuid        PRIMARY KEY,
    kind         text        NOT NULL,
    payload      jsonb       NOT NULL,
    status       text        NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'dead')),
    run_at       timestamptz NOT NULL,
    attempts     integer     NOT NULL DEFAULT 0,
    max_attempts integer     NOT NULL DEFAULT 8,
    lease_until  timestamptz,
    fence        bigint      NOT NULL DEFAULT 0,
    last_error   text,
    created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX jobs_due ON platform.jobs (run_at) WHERE status = 'queued';
CREATE INDEX jobs_leased ON platform.jobs (lease_until) WHERE status = 'running';
CREATE INDEX jobs_dead ON platform.jobs (created_at) WHERE status = 'dead';

-- How text is searched: compatibility forms and case folded, accents of Latin, Greek and Cyrillic and the points of Hebrew and Arabic left out.
CREATE FUNCTION platform.search_form(content text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT translate(normalize(lower(regexp_replace(normalize(content, NFKD), '[\u0300-\u036F\u0591-\u05C7\u064B-\u0652\u0670]', '', 'g')), NFC), 'ς', 'σ')
$$;
