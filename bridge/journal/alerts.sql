-- told --
SELECT channel, key, text, at FROM alert;

-- raise --
INSERT INTO alert (channel, key, text, at) VALUES (:channel, :key, :text, :at)
ON CONFLICT (channel, key) DO UPDATE SET text = excluded.text, at = excluded.at;

-- clear --
DELETE FROM alert WHERE channel = :channel AND key = :key;
