DROP TRIGGER first_save_counted ON setting_changes;
DROP TRIGGER attempt_counted ON connect_attempts;
DROP TRIGGER webhooks_counted ON webhook_events;
DROP TRIGGER tenant_note_of_calls ON call_counts;
DROP TRIGGER tenant_note_of_delivery ON outbox;
DROP TRIGGER run_end_counted ON runs;
DROP TRIGGER run_counted ON runs;
DROP TRIGGER tenant_note_of_refresh ON grants;
DROP TRIGGER tenant_note_of_grant ON grants;
DROP TRIGGER organization_counted ON organizations;
DROP TRIGGER tenant_row_recounted ON tenant_rows;
DROP TRIGGER tenant_row_counted ON tenant_rows;
DROP TRIGGER tenant_row_moved ON connection_locations;
DROP TRIGGER tenant_rows_renamed ON organizations;
DROP TRIGGER tenant_row_changed ON connections;
DROP TRIGGER tenant_row_made ON connections;
DROP FUNCTION first_save_counted, attempt_counted, webhooks_counted, tenant_note_of_calls, tenant_note_of_delivery,
  run_counted, tenant_note_of_grant, organization_counted, tenant_row_counted, tenant_row_moved, tenant_rows_renamed,
  tenant_row_of_connection, tenant_trouble;
