CREATE SCHEMA audit;

CREATE TABLE audit.entries (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor_id   uuid,
    actor_role text,
    action     text        NOT NULL,  -- dotted: case.read, session.started
    resource   text        NOT NULL,  -- kind/id
    outcome    text        NOT NULL DEFAULT 'ok' CHECK (outcome IN ('ok', 'denied', 'failed')),
    reason     text,
    address    text,                  -- the client's network address
    trace_id   text
);

CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are never changed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit.entries FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON audit.entries FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

-- What other modules may write in their own hand-written statements (named in Audit.Contracts).
CREATE VIEW audit.access_append AS SELECT at, actor_id, actor_role, action, resource, outcome, reason, address, trace_id FROM audit.entries;
