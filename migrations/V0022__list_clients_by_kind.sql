-- Lists of clients: one index for each order, which begins with what lists are filtered by. The kinds
-- that clients are of are few; a page of each comes from the index in order, whatever is asked for.
CREATE INDEX clients_of_kind_by_client_id_idx
    ON clients (client_type, is_active, grant_types, (lower(client_id) COLLATE "C"), id);
CREATE INDEX clients_of_kind_by_client_name_idx
    ON clients (client_type, is_active, grant_types, (lower(left(client_name, 200)) COLLATE "C"), id);
CREATE INDEX clients_of_kind_by_created_at_idx
    ON clients (client_type, is_active, grant_types, created_at, id);

DROP INDEX clients_by_client_id_idx;
DROP INDEX clients_by_client_name_idx;
DROP INDEX clients_by_created_at_idx;
DROP INDEX clients_client_type_idx;
DROP INDEX clients_inactive_idx;
DROP INDEX clients_grant_types_idx;
