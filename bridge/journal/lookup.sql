-- add_email --
INSERT INTO email (key, seq) VALUES (:key, :seq) ON CONFLICT DO NOTHING;

-- remove_email --
DELETE FROM email WHERE key = :key AND seq = :seq;
