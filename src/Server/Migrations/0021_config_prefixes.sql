-- A prefix means the same wherever one is: the key itself and all keys below it; with a dot at its end only those below it; '' is every key.
CREATE OR REPLACE FUNCTION settings.covers(prefix text, key text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT prefix = '' OR key = prefix OR starts_with(key, rtrim(prefix, '.') || '.')
$$;
