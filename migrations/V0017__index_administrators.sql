-- How many administrators are active is counted without a look at everybody else.
CREATE INDEX users_active_administrators_idx ON users (id) WHERE is_admin AND is_active;
