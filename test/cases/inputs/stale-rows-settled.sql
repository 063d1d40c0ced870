ALTER TABLE auth.visits DROP CONSTRAINT "Known", ADD CONSTRAINT "Known" CHECK (auth.known(note)) NOT VALID;
ALTER TABLE auth.visits DROP CONSTRAINT visits_open, ADD CONSTRAINT visits_open CHECK ((until > clock_timestamp())) NOT VALID;
UPDATE auth.notes SET note = note;
