CREATE VIRTUAL TABLE tenant_search USING fts5(search, content='', contentless_delete=1, tokenize='trigram case_sensitive 1');
CREATE TRIGGER tenant_searched AFTER UPDATE OF search ON tenant_rows WHEN NEW.search IS NOT OLD.search BEGIN
  DELETE FROM tenant_search WHERE rowid = OLD.number;
  INSERT INTO tenant_search (rowid, search) VALUES (NEW.number, NEW.search);
END;
CREATE TRIGGER tenant_unsearched AFTER DELETE ON tenant_rows BEGIN
  DELETE FROM tenant_search WHERE rowid = OLD.number;
END;

CREATE TRIGGER tenant_row_made AFTER INSERT ON connections BEGIN
  INSERT INTO tenant_rows (connection_id, organization_id, integration, state, trouble, since, last_success)
  VALUES (NEW.id, NEW.organization_id, NEW.integration, NEW.state, CASE NEW.state WHEN 'reconnect' THEN 1 WHEN 'waiting_for_approval' THEN 2 WHEN 'vendor_outage' THEN 3 WHEN 'some_locations' THEN 4 WHEN 'delayed' THEN 5 WHEN 'finish_set_up' THEN 6 WHEN 'paused' THEN 7 WHEN 'disconnected' THEN 8 ELSE 9 END, NEW.state_since,
    COALESCE(NEW.last_success_at, 0));
  INSERT INTO hourly_counts (what, hour, integration, change)
  VALUES ('connect.authorized', NEW.connected_at / 3600000, NEW.integration, 1);
  INSERT INTO hourly_counts (what, hour, integration, change)
  SELECT 'connect.set_up', NEW.connected_at / 3600000, NEW.integration, 1 WHERE NEW.finished_at IS NOT NULL;
  INSERT INTO hourly_counts (what, hour, integration, change)
  SELECT 'connect.ran', NEW.connected_at / 3600000, NEW.integration, 1 WHERE NEW.last_success_at IS NOT NULL;
END;
CREATE TRIGGER tenant_row_gone AFTER DELETE ON connections BEGIN
  DELETE FROM tenant_rows WHERE connection_id = OLD.id;
  DELETE FROM connection_errors WHERE connection_id = OLD.id;
END;
CREATE TRIGGER tenant_row_changed AFTER UPDATE ON connections
WHEN NEW.integration IS NOT OLD.integration OR NEW.state IS NOT OLD.state OR NEW.state_since IS NOT OLD.state_since
  OR NEW.last_success_at IS NOT OLD.last_success_at OR NEW.account_name IS NOT OLD.account_name
  OR NEW.finished_at IS NOT OLD.finished_at BEGIN
  UPDATE tenant_rows SET integration = NEW.integration, state = NEW.state, trouble = CASE NEW.state WHEN 'reconnect' THEN 1 WHEN 'waiting_for_approval' THEN 2 WHEN 'vendor_outage' THEN 3 WHEN 'some_locations' THEN 4 WHEN 'delayed' THEN 5 WHEN 'finish_set_up' THEN 6 WHEN 'paused' THEN 7 WHEN 'disconnected' THEN 8 ELSE 9 END,
    since = NEW.state_since, last_success = COALESCE(NEW.last_success_at, 0),
    stale = stale OR NEW.account_name IS NOT OLD.account_name
  WHERE connection_id = NEW.id;
  INSERT INTO hourly_counts (what, hour, integration, change)
  SELECT 'connect.set_up', NEW.connected_at / 3600000, NEW.integration, 1
  WHERE NEW.finished_at IS NOT NULL AND OLD.finished_at IS NULL;
  INSERT INTO hourly_counts (what, hour, integration, change)
  SELECT 'connect.ran', NEW.connected_at / 3600000, NEW.integration, 1
  WHERE NEW.last_success_at IS NOT NULL AND OLD.last_success_at IS NULL;
END;

CREATE TRIGGER tenant_rows_renamed AFTER UPDATE OF name, slug ON organizations
WHEN NEW.name IS NOT OLD.name OR NEW.slug IS NOT OLD.slug BEGIN
  UPDATE tenant_rows SET stale = TRUE WHERE organization_id = NEW.id AND NOT stale;
END;
CREATE TRIGGER tenant_row_located AFTER INSERT ON connection_locations BEGIN
  UPDATE tenant_rows SET stale = TRUE WHERE connection_id = NEW.connection_id AND NOT stale;
END;
CREATE TRIGGER tenant_row_relocated AFTER UPDATE OF name ON connection_locations BEGIN
  UPDATE tenant_rows SET stale = TRUE WHERE connection_id = NEW.connection_id AND NOT stale;
END;
CREATE TRIGGER tenant_row_moved AFTER DELETE ON connection_locations BEGIN
  UPDATE tenant_rows SET stale = TRUE WHERE connection_id = OLD.connection_id AND NOT stale;
END;

CREATE TRIGGER tenant_row_counted AFTER INSERT ON tenant_rows BEGIN
  INSERT INTO tenant_counts (integration, state, change) VALUES (NEW.integration, NEW.state, 1);
END;
CREATE TRIGGER tenant_row_recounted AFTER UPDATE OF integration, state ON tenant_rows
WHEN NEW.integration IS NOT OLD.integration OR NEW.state IS NOT OLD.state BEGIN
  INSERT INTO tenant_counts (integration, state, change)
  VALUES (OLD.integration, OLD.state, -1), (NEW.integration, NEW.state, 1);
END;
CREATE TRIGGER tenant_row_discounted AFTER DELETE ON tenant_rows BEGIN
  INSERT INTO tenant_counts (integration, state, change) VALUES (OLD.integration, OLD.state, -1);
END;
CREATE TRIGGER organization_counted AFTER INSERT ON organizations BEGIN
  INSERT INTO tenant_counts (integration, state, change) VALUES ('', 'organization', 1);
END;
CREATE TRIGGER organization_discounted AFTER DELETE ON organizations BEGIN
  INSERT INTO tenant_counts (integration, state, change) VALUES ('', 'organization', -1);
END;

CREATE TRIGGER tenant_note_of_grant AFTER INSERT ON grants BEGIN
  INSERT INTO tenant_notes (connection_id, grant_day) VALUES (NEW.connection_id, NEW.refresh_expires_at / 86400000);
END;
CREATE TRIGGER tenant_note_of_grant_gone AFTER DELETE ON grants BEGIN
  INSERT INTO tenant_notes (connection_id, grant_day) VALUES (OLD.connection_id, 99999999);
END;
CREATE TRIGGER tenant_note_of_renewal AFTER UPDATE OF refresh_expires_at ON grants
WHEN NEW.refresh_expires_at / 86400000 <> OLD.refresh_expires_at / 86400000 BEGIN
  INSERT INTO tenant_notes (connection_id, grant_day) VALUES (NEW.connection_id, NEW.refresh_expires_at / 86400000);
END;
CREATE TRIGGER tenant_note_of_refresh AFTER UPDATE OF failures, state ON grants
WHEN NEW.failures > OLD.failures OR (NEW.state <> 'alive' AND OLD.state = 'alive') BEGIN
  INSERT INTO tenant_notes (connection_id, errors) VALUES (NEW.connection_id, 1);
END;

CREATE TRIGGER run_counted AFTER INSERT ON runs WHEN NEW.state NOT IN ('running', 'waiting_for_approval') BEGIN
  INSERT INTO hourly_counts (what, hour, integration, change)
  SELECT 'run.' || NEW.state, COALESCE(NEW.ended_at, NEW.started_at) / 3600000, c.integration, 1
  FROM connections c WHERE c.id = NEW.connection_id;
  INSERT INTO tenant_notes (connection_id, hour, errors)
  SELECT NEW.connection_id, COALESCE(NEW.ended_at, NEW.started_at) / 3600000, 1
  WHERE NEW.state IN ('failed', 'partial');
END;
CREATE TRIGGER run_end_counted AFTER UPDATE OF state ON runs
WHEN NEW.state <> OLD.state AND NEW.state NOT IN ('running', 'waiting_for_approval') BEGIN
  INSERT INTO hourly_counts (what, hour, integration, change)
  SELECT 'run.' || NEW.state, COALESCE(NEW.ended_at, NEW.started_at) / 3600000, c.integration, 1
  FROM connections c WHERE c.id = NEW.connection_id;
  INSERT INTO tenant_notes (connection_id, hour, errors)
  SELECT NEW.connection_id, COALESCE(NEW.ended_at, NEW.started_at) / 3600000, 1
  WHERE NEW.state IN ('failed', 'partial');
END;
CREATE TRIGGER tenant_note_of_delivery AFTER UPDATE OF failures ON outbox WHEN NEW.failures > OLD.failures BEGIN
  INSERT INTO tenant_notes (connection_id, errors) VALUES (NEW.connection_id, 1);
END;
CREATE TRIGGER tenant_note_of_calls AFTER INSERT ON call_counts WHEN NEW.outcome <> 'ok' BEGIN
  INSERT INTO tenant_notes (connection_id, hour, errors) VALUES (NEW.connection_id, NEW.hour, NEW.calls);
END;
CREATE TRIGGER tenant_note_of_more_calls AFTER UPDATE OF calls ON call_counts WHEN NEW.outcome <> 'ok' BEGIN
  INSERT INTO tenant_notes (connection_id, hour, errors) VALUES (NEW.connection_id, NEW.hour, NEW.calls - OLD.calls);
END;
CREATE TRIGGER webhook_counted AFTER INSERT ON webhook_events BEGIN
  INSERT INTO hourly_counts (what, hour, integration, change)
  SELECT 'webhook', NEW.received_at / 3600000, c.integration, 1 FROM connections c WHERE c.id = NEW.connection_id;
END;
CREATE TRIGGER attempt_counted AFTER INSERT ON connect_attempts BEGIN
  -- Who connects an installation again is on no way to a first run.
  INSERT INTO hourly_counts (what, hour, integration, change)
  SELECT 'connect.opened', NEW.created_at / 3600000, NEW.integration, 1
  WHERE NOT EXISTS (
    SELECT 1 FROM organizations o JOIN connections c ON c.organization_id = o.id
    WHERE o.slug = NEW.org_slug AND c.integration = NEW.integration AND c.integration_id = NEW.integration_id);
END;
CREATE TRIGGER first_save_counted AFTER INSERT ON setting_changes
WHEN NEW.position = 0 AND NEW.origin <> 'set_up' BEGIN
  INSERT INTO hourly_counts (what, hour, integration, change)
  SELECT 'connect.saved', c.connected_at / 3600000, c.integration, 1 FROM connections c
  WHERE c.id = NEW.connection_id AND NOT EXISTS (
    SELECT 1 FROM setting_changes s
    WHERE s.connection_id = NEW.connection_id AND s.version < NEW.version AND s.origin <> 'set_up');
END;
