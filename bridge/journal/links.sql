-- dirty --
INSERT INTO link (target, resource, kind, state, wish, done, lane, due, verify)
VALUES (:target, :resource, :kind, 'dirty', 1, 0, :lane, :now, :verify)
ON CONFLICT (target, resource) DO UPDATE SET
  wish = wish + 1,
  state = CASE state WHEN 'sending' THEN 'sending' ELSE 'dirty' END,
  lane = CASE WHEN state IN ('dirty', 'sending') THEN min(lane, excluded.lane) ELSE excluded.lane END,
  due = excluded.due,
  attempts = 0,
  verify = max(verify, excluded.verify);
