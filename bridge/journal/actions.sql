-- latest --
SELECT seq, at, actor, uid, operation, subject, payload FROM action ORDER BY seq DESC LIMIT :limit;
