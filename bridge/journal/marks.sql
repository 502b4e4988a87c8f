-- What an entry looked like when it was last found as applied.

-- keep --
UPDATE link SET mark = :mark WHERE target = :target AND resource = :resource AND wish = :wish AND state = 'in_sync';
