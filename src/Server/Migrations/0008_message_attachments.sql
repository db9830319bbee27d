-- The files that hang on a message, in the order in which they were named; null when there are none, and once it is retracted. The engine knows
-- their ids alone.
ALTER TABLE threads.messages ADD COLUMN attachment_ids uuid[];
