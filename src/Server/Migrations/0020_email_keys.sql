-- The canonical form by which addresses are compared (EmailAddress.KeyOf), set by the server. Null: no address, or an older account has this one already in
-- another spelling; such an account is found by its exact spelling only. Addresses in ASCII have theirs from here; the server gives the others theirs
-- when it starts.
ALTER TABLE accounts.users ADD COLUMN email_key text;
UPDATE accounts.users SET email_key = lower(email COLLATE "C") WHERE email ~ '^[!-~]+$' AND email !~* '[@.]xn--';

DROP INDEX accounts.users_email;
CREATE UNIQUE INDEX users_email ON accounts.users (email_key);
CREATE INDEX users_without_email_key ON accounts.users (email) WHERE email_key IS NULL;
