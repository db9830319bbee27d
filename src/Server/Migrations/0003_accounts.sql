CREATE SCHEMA accounts;

CREATE TABLE accounts.users (
    id            uuid        PRIMARY KEY,
    email         text,                    -- as given; null for the built-in assistant
    password_hash text,                    -- null: cannot log in
    role          text        NOT NULL CHECK (role IN ('user', 'patient', 'doctor', 'hospital', 'staff', 'admin', 'assistant')),
    name          text,
    contact       text,
    address       text,
    is_active     boolean     NOT NULL DEFAULT true,
    is_demo       boolean     NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL
);
CREATE UNIQUE INDEX users_email ON accounts.users (lower(email));
CREATE INDEX users_by_role ON accounts.users (role, id);

-- What other modules may join (named in Accounts.Contracts).
CREATE VIEW accounts.access_users AS SELECT id, role, name, is_active FROM accounts.users;

CREATE TABLE accounts.sessions (
    id         uuid        PRIMARY KEY,
    user_id    uuid        NOT NULL REFERENCES accounts.users,
    created_at timestamptz NOT NULL,
    idle_until timestamptz NOT NULL,       -- moved by each refresh
    expires_at timestamptz NOT NULL,       -- never moved
    ended_at   timestamptz,
    end_reason text
);
CREATE INDEX sessions_live ON accounts.sessions (user_id) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_expiry ON accounts.sessions (expires_at);

-- Each used once; the successor is derived from the token itself, so that it need not be kept.
CREATE TABLE accounts.refresh_tokens (
    hash       bytea       PRIMARY KEY,    -- SHA-256 of the token
    session_id uuid        NOT NULL REFERENCES accounts.sessions ON DELETE CASCADE,
    issued_at  timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX refresh_tokens_by_session ON accounts.refresh_tokens (session_id);

CREATE TABLE accounts.api_keys (
    id           uuid        PRIMARY KEY,
    hash         bytea       NOT NULL UNIQUE,
    prefix       text        NOT NULL,     -- the first characters, to tell keys apart in a list
    name         text        NOT NULL,
    scopes       text[]      NOT NULL,
    account_id   uuid        NOT NULL REFERENCES accounts.users,  -- whom the key acts as
    created_by   uuid        NOT NULL REFERENCES accounts.users,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz
);

CREATE TABLE accounts.stream_tickets (
    hash       bytea       PRIMARY KEY,
    session_id uuid        NOT NULL REFERENCES accounts.sessions ON DELETE CASCADE,
    path       text        NOT NULL,
    expires_at timestamptz NOT NULL,       -- for the first opening; afterwards the ticket lives as long as the session
    opened_at  timestamptz
);
CREATE INDEX stream_tickets_by_session ON accounts.stream_tickets (session_id);

CREATE TABLE accounts.signing_keys (
    id            text        PRIMARY KEY, -- RFC 7638 thumbprint, the kid of tokens
    wrapped       bytea       NOT NULL,    -- PKCS #8 under the master key
    master_key_id text        NOT NULL,
    created_at    timestamptz NOT NULL
);

CREATE TABLE accounts.login_failures (
    subject        bytea       PRIMARY KEY, -- SHA-256 of the account's e-mail or the client's address
    failures       integer     NOT NULL,
    last_failed_at timestamptz NOT NULL,
    blocked_until  timestamptz NOT NULL
);
CREATE INDEX login_failures_by_age ON accounts.login_failures (last_failed_at);

-- "Look again at this session, key or user." Every server reads the last half minute a few times a second. By the database's clock.
CREATE TABLE accounts.revocations (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject_id uuid        NOT NULL,
    at         timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX revocations_by_age ON accounts.revocations (at);
