-- The keys that seal values in this database, each wrapped by the master key, which is outside of it.
CREATE TABLE platform.data_keys (
    id            uuid        PRIMARY KEY,
    wrapped       bytea       NOT NULL,
    master_key_id text        NOT NULL,
    algorithm     text        NOT NULL DEFAULT 'AES-256-GCM',
    status        text        NOT NULL CHECK (status IN ('active', 'retiring', 'retired')),
    created_at    timestamptz NOT NULL,
    created_by    uuid,                    -- null for the first one, which the server makes
    retired_at    timestamptz,
    CHECK ((status = 'retired') = (retired_at IS NOT NULL))
);
CREATE UNIQUE INDEX data_keys_one_active ON platform.data_keys (status) WHERE status = 'active';

-- Sealed by a data key from now on. Keys of before are still wrapped by the master key, until the next start seals them.
ALTER TABLE accounts.signing_keys
    ADD COLUMN data_key_id uuid REFERENCES platform.data_keys,
    ALTER COLUMN master_key_id DROP NOT NULL,
    ADD CHECK ((data_key_id IS NULL) <> (master_key_id IS NULL));
CREATE INDEX signing_keys_by_data_key ON accounts.signing_keys (data_key_id);
