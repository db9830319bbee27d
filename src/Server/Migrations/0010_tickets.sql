CREATE SCHEMA tickets;

-- What the Tickets door adds to its thread, which has the same id. A closed ticket's thread is closed too.
CREATE TABLE tickets.tickets (
    id          uuid        PRIMARY KEY,
    title       text        NOT NULL,
    description text        NOT NULL,
    status      text        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'in_progress', 'resolved', 'closed')),
    created_at  timestamptz NOT NULL,
    search_text text        NOT NULL GENERATED ALWAYS AS (platform.search_form(title || E'\n' || description)) STORED
);
CREATE INDEX tickets_search ON tickets.tickets USING gin (search_text gin_trgm_ops);
