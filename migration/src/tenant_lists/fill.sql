-- What is there already. Names are written by the job that describes stale rows.
INSERT INTO tenant_rows (connection_id, organization_id, integration, state, trouble, since, last_success, grant_day)
SELECT c.id, c.organization_id, c.integration, c.state,
  CASE c.state WHEN 'reconnect' THEN 1 WHEN 'waiting_for_approval' THEN 2 WHEN 'vendor_outage' THEN 3 WHEN 'some_locations' THEN 4 WHEN 'delayed' THEN 5 WHEN 'finish_set_up' THEN 6 WHEN 'paused' THEN 7 WHEN 'disconnected' THEN 8 ELSE 9 END,
  c.state_since, COALESCE(c.last_success_at, 0), COALESCE(g.refresh_expires_at / 86400000, 99999999)
FROM connections c LEFT JOIN grants g ON g.connection_id = c.id
ORDER BY c.id;
INSERT INTO tenant_counts (integration, state, change)
SELECT integration, state, COUNT(*) FROM tenant_rows GROUP BY integration, state;
INSERT INTO tenant_counts (integration, state, change) SELECT '', 'organization', COUNT(*) FROM organizations HAVING COUNT(*) > 0;
