-- A member is about to be added: until it is known how that came out, it may be there.
ALTER TABLE target_membership ADD COLUMN sent TEXT;
