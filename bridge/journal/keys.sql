-- key_proof --
SELECT proof FROM head;

-- first_head --
INSERT INTO head (one, seq, chain, proof) VALUES (1, 0, :chain, :proof);

-- any --
SELECT 1 FROM change UNION ALL SELECT 1 FROM action LIMIT 1;
