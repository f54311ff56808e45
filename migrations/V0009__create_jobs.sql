-- What is done beside requests from time to time, on one node at a time. The row is the lease: who
-- runs the job holds it, until the run ends or the lease's own end has passed.
CREATE TABLE jobs (
    name              text        PRIMARY KEY,
    next_due_at       timestamptz NOT NULL DEFAULT 'epoch',
    holder            uuid,
    lease_ends_at     timestamptz,
    last_started_at   timestamptz,
    last_ended_at     timestamptz,
    last_outcome      text,
    failures_in_a_row bigint      NOT NULL DEFAULT 0,
    CONSTRAINT jobs_name_check CHECK (name IN ('clean_up', 'rotate_keys')),
    CONSTRAINT jobs_lease_check CHECK ((holder IS NULL) = (lease_ends_at IS NULL)),
    CONSTRAINT jobs_last_outcome_check CHECK (last_outcome IN ('succeeded', 'failed')),
    CONSTRAINT jobs_last_end_check CHECK ((last_ended_at IS NULL) = (last_outcome IS NULL))
);

COMMENT ON COLUMN jobs.holder IS 'The run that holds the lease, new for each run.';
COMMENT ON COLUMN jobs.last_started_at IS 'Of the last run that began, which may not have ended.';

-- Each job has its row from the beginning, so that claiming it is one UPDATE.
INSERT INTO jobs (name) VALUES ('clean_up'), ('rotate_keys');
