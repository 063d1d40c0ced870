-- What an interrupted DETACH PARTITION CONCURRENTLY leaves.
CREATE TABLE auth."Visits" (user_id uuid, kind int) PARTITION BY LIST (kind);
CREATE TABLE auth."Visits 1" PARTITION OF auth."Visits" FOR VALUES IN (1);
UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'auth."Visits 1"'::regclass;
