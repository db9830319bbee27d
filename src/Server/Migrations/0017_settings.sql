CREATE SCHEMA settings;

-- Changes are numbered one after the other, whoever makes them: whoever changes something holds this row. So the numbers have no gaps and
-- are in the order of the commits, and times never run backwards.
CREATE TABLE settings.counter (
    only_one  boolean     PRIMARY KEY DEFAULT true CHECK (only_one),
    last_seq  bigint      NOT NULL,
    last_at   timestamptz NOT NULL,
    purged_to bigint      NOT NULL DEFAULT 0  -- versions up to this number may have been removed
);
INSERT INTO settings.counter (last_seq, last_at) VALUES (0, '2000-01-01Z');

-- A key within a profile and an environment; '' stands for none. The row stays when the entry is deleted, so that its versions go on counting.
CREATE TABLE settings.entries (
    id          uuid    PRIMARY KEY,
    key         text    NOT NULL,
    profile     text    NOT NULL,
    environment text    NOT NULL,
    version     integer NOT NULL,  -- the newest
    UNIQUE (key, profile, environment)
);

CREATE TABLE settings.versions (
    entry_id     uuid        NOT NULL REFERENCES settings.entries,
    version      integer     NOT NULL CHECK (version > 0),
    seq          bigint      NOT NULL UNIQUE,
    action       text        NOT NULL CHECK (action IN ('created', 'updated', 'rolled_back', 'imported', 'deleted')),
    is_encrypted boolean     NOT NULL,
    value        text,                 -- JSON as it was sent, but for blanks
    sealed       bytea,                -- the same, sealed; NULL as long as an encrypted entry has not been given a value
    data_key_id  uuid        REFERENCES platform.data_keys,
    refs         text[]      NOT NULL DEFAULT '{}',
    reason       text,
    actor_id     uuid,
    created_at   timestamptz NOT NULL, -- when the entry came to be
    at           timestamptz NOT NULL,
    PRIMARY KEY (entry_id, version),
    CHECK ((sealed IS NULL) = (data_key_id IS NULL)),
    CHECK (CASE WHEN action = 'deleted' THEN value IS NULL AND sealed IS NULL WHEN is_encrypted THEN value IS NULL ELSE value IS NOT NULL AND sealed IS NULL END)
);
CREATE INDEX versions_by_data_key ON settings.versions (data_key_id) WHERE data_key_id IS NOT NULL;

-- What an account that is no administrator may do, with the keys under a prefix: the key itself and all below it; '' is every key.
CREATE TABLE settings.grants (
    id         uuid        PRIMARY KEY,
    account_id uuid        NOT NULL,
    permission text        NOT NULL,
    prefix     text        NOT NULL,
    created_by uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    UNIQUE (account_id, permission, prefix)
);

CREATE FUNCTION settings.covers(prefix text, key text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT prefix = '' OR key = prefix OR starts_with(key, prefix || '.')
$$;

-- The rule of who may do what: people by their grants, programs by their scopes (permission, or permission:prefix), administrators everything ('*').
CREATE FUNCTION settings.may(account uuid, scopes text[], now timestamptz, wanted text, key text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT EXISTS (SELECT 1 FROM unnest(scopes) AS s (scope)
                   WHERE s.scope = '*' OR s.scope = wanted
                      OR (starts_with(s.scope, wanted || ':') AND settings.covers(substr(s.scope, length(wanted) + 2), key)))
        OR EXISTS (SELECT 1 FROM settings.grants g
                   WHERE g.account_id = account AND g.permission = wanted AND (g.expires_at IS NULL OR g.expires_at > now)
                     AND settings.covers(g.prefix, key))
$$;
