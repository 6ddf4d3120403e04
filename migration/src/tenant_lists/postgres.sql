CREATE FUNCTION tenant_trouble(state text) RETURNS smallint LANGUAGE sql IMMUTABLE AS $$
  SELECT (CASE state WHEN 'reconnect' THEN 1 WHEN 'waiting_for_approval' THEN 2 WHEN 'vendor_outage' THEN 3 WHEN 'some_locations' THEN 4 WHEN 'delayed' THEN 5 WHEN 'finish_set_up' THEN 6 WHEN 'paused' THEN 7 WHEN 'disconnected' THEN 8 ELSE 9 END)::smallint
$$;

CREATE FUNCTION tenant_row_of_connection() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO tenant_rows (connection_id, organization_id, integration, state, trouble, since, last_success)
    VALUES (NEW.id, NEW.organization_id, NEW.integration, NEW.state, tenant_trouble(NEW.state), NEW.state_since,
      COALESCE(NEW.last_success_at, 0));
    INSERT INTO hourly_counts (what, hour, integration, change)
    VALUES ('connect.authorized', NEW.connected_at / 3600000, NEW.integration, 1);
  ELSIF TG_OP = 'DELETE' THEN
    DELETE FROM tenant_rows WHERE connection_id = OLD.id;
    DELETE FROM connection_errors WHERE connection_id = OLD.id;
  ELSE
    UPDATE tenant_rows SET integration = NEW.integration, state = NEW.state, trouble = tenant_trouble(NEW.state),
      since = NEW.state_since, last_success = COALESCE(NEW.last_success_at, 0),
      stale = stale OR NEW.account_name IS DISTINCT FROM OLD.account_name
    WHERE connection_id = NEW.id;
  END IF;
  IF NEW.finished_at IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.finished_at IS NULL) THEN
    INSERT INTO hourly_counts (what, hour, integration, change)
    VALUES ('connect.set_up', NEW.connected_at / 3600000, NEW.integration, 1);
  END IF;
  IF NEW.last_success_at IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.last_success_at IS NULL) THEN
    INSERT INTO hourly_counts (what, hour, integration, change)
    VALUES ('connect.ran', NEW.connected_at / 3600000, NEW.integration, 1);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER tenant_row_made AFTER INSERT OR DELETE ON connections
  FOR EACH ROW EXECUTE FUNCTION tenant_row_of_connection();
CREATE TRIGGER tenant_row_changed AFTER UPDATE ON connections
  FOR EACH ROW WHEN (
    (OLD.integration, OLD.state, OLD.state_since, OLD.last_success_at, OLD.account_name, OLD.finished_at)
    IS DISTINCT FROM
    (NEW.integration, NEW.state, NEW.state_since, NEW.last_success_at, NEW.account_name, NEW.finished_at))
  EXECUTE FUNCTION tenant_row_of_connection();

CREATE FUNCTION tenant_rows_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Also rows that are stale already: whoever describes one just now has read the old name, so this waits for them.
  UPDATE tenant_rows SET stale = TRUE WHERE organization_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER tenant_rows_renamed AFTER UPDATE OF name, slug ON organizations
  FOR EACH ROW WHEN ((OLD.name, OLD.slug) IS DISTINCT FROM (NEW.name, NEW.slug)) EXECUTE FUNCTION tenant_rows_renamed();

CREATE FUNCTION tenant_row_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE tenant_rows SET stale = TRUE
  WHERE connection_id = CASE WHEN TG_OP = 'DELETE' THEN OLD.connection_id ELSE NEW.connection_id END;
  RETURN NULL;
END $$;
CREATE TRIGGER tenant_row_moved AFTER INSERT OR UPDATE OF name OR DELETE ON connection_locations
  FOR EACH ROW EXECUTE FUNCTION tenant_row_moved();

CREATE FUNCTION tenant_row_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO tenant_counts (integration, state, change) VALUES (OLD.integration, OLD.state, -1);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO tenant_counts (integration, state, change) VALUES (NEW.integration, NEW.state, 1);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER tenant_row_counted AFTER INSERT OR DELETE ON tenant_rows
  FOR EACH ROW EXECUTE FUNCTION tenant_row_counted();
CREATE TRIGGER tenant_row_recounted AFTER UPDATE OF integration, state ON tenant_rows
  FOR EACH ROW WHEN ((OLD.integration, OLD.state) IS DISTINCT FROM (NEW.integration, NEW.state))
  EXECUTE FUNCTION tenant_row_counted();

CREATE FUNCTION organization_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO tenant_counts (integration, state, change)
  VALUES ('', 'organization', CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE -1 END);
  RETURN NULL;
END $$;
CREATE TRIGGER organization_counted AFTER INSERT OR DELETE ON organizations
  FOR EACH ROW EXECUTE FUNCTION organization_counted();

CREATE FUNCTION tenant_note_of_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO tenant_notes (connection_id, grant_day) VALUES (OLD.connection_id, 99999999);
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' OR NEW.refresh_expires_at / 86400000 <> OLD.refresh_expires_at / 86400000 THEN
    INSERT INTO tenant_notes (connection_id, grant_day) VALUES (NEW.connection_id, NEW.refresh_expires_at / 86400000);
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.failures > OLD.failures OR (NEW.state <> 'alive' AND OLD.state = 'alive')) THEN
    INSERT INTO tenant_notes (connection_id, errors) VALUES (NEW.connection_id, 1);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER tenant_note_of_grant AFTER INSERT OR DELETE ON grants
  FOR EACH ROW EXECUTE FUNCTION tenant_note_of_grant();
CREATE TRIGGER tenant_note_of_refresh AFTER UPDATE ON grants
  FOR EACH ROW WHEN (NEW.refresh_expires_at / 86400000 <> OLD.refresh_expires_at / 86400000
    OR NEW.failures > OLD.failures OR NEW.state <> OLD.state)
  EXECUTE FUNCTION tenant_note_of_grant();

CREATE FUNCTION run_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO hourly_counts (what, hour, integration, change)
  SELECT 'run.' || NEW.state, COALESCE(NEW.ended_at, NEW.started_at) / 3600000, c.integration, 1
  FROM connections c WHERE c.id = NEW.connection_id;
  IF NEW.state IN ('failed', 'partial') THEN
    INSERT INTO tenant_notes (connection_id, hour, errors)
    VALUES (NEW.connection_id, COALESCE(NEW.ended_at, NEW.started_at) / 3600000, 1);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER run_counted AFTER INSERT ON runs
  FOR EACH ROW WHEN (NEW.state NOT IN ('running', 'waiting_for_approval')) EXECUTE FUNCTION run_counted();
CREATE TRIGGER run_end_counted AFTER UPDATE OF state ON runs
  FOR EACH ROW WHEN (NEW.state <> OLD.state AND NEW.state NOT IN ('running', 'waiting_for_approval'))
  EXECUTE FUNCTION run_counted();

CREATE FUNCTION tenant_note_of_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO tenant_notes (connection_id, errors) VALUES (NEW.connection_id, 1);
  RETURN NULL;
END $$;
CREATE TRIGGER tenant_note_of_delivery AFTER UPDATE OF failures ON outbox
  FOR EACH ROW WHEN (NEW.failures > OLD.failures) EXECUTE FUNCTION tenant_note_of_delivery();

CREATE FUNCTION tenant_note_of_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO tenant_notes (connection_id, hour, errors)
  VALUES (NEW.connection_id, NEW.hour, NEW.calls - CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD.calls END);
  RETURN NULL;
END $$;
CREATE TRIGGER tenant_note_of_calls AFTER INSERT OR UPDATE OF calls ON call_counts
  FOR EACH ROW WHEN (NEW.outcome <> 'ok') EXECUTE FUNCTION tenant_note_of_calls();

-- One row for a statement: deliveries come in groups.
CREATE FUNCTION webhooks_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO hourly_counts (what, hour, integration, change)
  SELECT 'webhook', e.received_at / 3600000, c.integration, COUNT(*)
  FROM come e JOIN connections c ON c.id = e.connection_id GROUP BY 2, 3;
  RETURN NULL;
END $$;
CREATE TRIGGER webhooks_counted AFTER INSERT ON webhook_events REFERENCING NEW TABLE AS come
  FOR EACH STATEMENT EXECUTE FUNCTION webhooks_counted();

CREATE FUNCTION attempt_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Who connects an installation again is on no way to a first run.
  INSERT INTO hourly_counts (what, hour, integration, change)
  SELECT 'connect.opened', NEW.created_at / 3600000, NEW.integration, 1
  WHERE NOT EXISTS (
    SELECT 1 FROM organizations o JOIN connections c ON c.organization_id = o.id
    WHERE o.slug = NEW.org_slug AND c.integration = NEW.integration AND c.integration_id = NEW.integration_id);
  RETURN NULL;
END $$;
CREATE TRIGGER attempt_counted AFTER INSERT ON connect_attempts FOR EACH ROW EXECUTE FUNCTION attempt_counted();

CREATE FUNCTION first_save_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO hourly_counts (what, hour, integration, change)
  SELECT 'connect.saved', c.connected_at / 3600000, c.integration, 1 FROM connections c
  WHERE c.id = NEW.connection_id AND NOT EXISTS (
    SELECT 1 FROM setting_changes s
    WHERE s.connection_id = NEW.connection_id AND s.version < NEW.version AND s.origin <> 'set_up');
  RETURN NULL;
END $$;
CREATE TRIGGER first_save_counted AFTER INSERT ON setting_changes
  FOR EACH ROW WHEN (NEW.position = 0 AND NEW.origin <> 'set_up') EXECUTE FUNCTION first_save_counted();
