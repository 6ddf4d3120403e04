-- Every table that has a trigger from now on: nobody writes until all of them are there. Whoever holds one table and
-- waits for another would never end, so this gives way, lets go of all of them and tries again.
DO $$
DECLARE
  usual text := current_setting('lock_timeout');
BEGIN
  FOR attempt IN 1..60 LOOP
    BEGIN
      PERFORM set_config('lock_timeout', '3s', TRUE);
      LOCK TABLE organizations, connections, connection_locations, grants, runs, outbox, webhook_events, call_counts,
        connect_attempts, setting_changes IN SHARE ROW EXCLUSIVE MODE;
      -- It gets columns, which asks for more than the others.
      LOCK TABLE outages IN ACCESS EXCLUSIVE MODE;
      PERFORM set_config('lock_timeout', usual, TRUE);
      RETURN;
    EXCEPTION WHEN deadlock_detected OR lock_not_available THEN
      IF attempt = 60 THEN
        RAISE;
      END IF;
      PERFORM pg_sleep(0.5);
    END;
  END LOOP;
END $$;
