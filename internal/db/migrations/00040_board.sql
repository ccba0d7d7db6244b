-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- The count of an operation, its stages, and whether it is only played.
ALTER TABLE operation ADD COLUMN drill BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE operation ADD COLUMN planned BIGINT NOT NULL DEFAULT 0;
ALTER TABLE operation ADD COLUMN pauses JSON NOT NULL DEFAULT '[]';
ALTER TABLE operation ADD COLUMN held_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE operation ADD COLUMN preserve_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE operation ADD COLUMN registrar_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE notice ADD COLUMN stage TEXT NOT NULL DEFAULT 'act';
ALTER TABLE notice ADD COLUMN drill BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE notice ADD COLUMN played_at BIGINT NOT NULL DEFAULT 0;
UPDATE notice SET stage='registrar' WHERE layer IN ('registrar','registry') AND operation IN (SELECT id FROM operation WHERE state IN ('draft','polling','held'));

-- What was said on the day: written once, never changed.
CREATE TABLE duty (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  operation BIGINT NOT NULL REFERENCES operation (id),
  task BIGINT NOT NULL DEFAULT 0,
  participant BIGINT NOT NULL DEFAULT 0,
  to_unit BIGINT NOT NULL DEFAULT 0,
  by_officer BIGINT NOT NULL REFERENCES officer (id),
  at BIGINT NOT NULL,
  text TEXT NOT NULL,
  handling JSON NOT NULL
);
CREATE INDEX duty_operation ON duty (operation, id);
SQLITE -- +goose StatementBegin
SQLITE CREATE TRIGGER duty_kept BEFORE UPDATE ON duty BEGIN SELECT RAISE(ABORT, 'the duty log is never changed'); END;
SQLITE -- +goose StatementEnd
SQLITE -- +goose StatementBegin
SQLITE CREATE TRIGGER duty_whole BEFORE DELETE ON duty BEGIN SELECT RAISE(ABORT, 'the duty log is never changed'); END;
SQLITE -- +goose StatementEnd
POSTGRES -- +goose StatementBegin
POSTGRES CREATE FUNCTION duty_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the duty log is never changed'; END $$;
POSTGRES -- +goose StatementEnd
POSTGRES CREATE TRIGGER duty_kept BEFORE UPDATE OR DELETE ON duty FOR EACH ROW EXECUTE FUNCTION duty_kept();

-- +goose Down
DROP TABLE duty;
POSTGRES DROP FUNCTION duty_kept();
ALTER TABLE notice DROP COLUMN played_at;
ALTER TABLE notice DROP COLUMN drill;
ALTER TABLE notice DROP COLUMN stage;
ALTER TABLE operation DROP COLUMN registrar_at;
ALTER TABLE operation DROP COLUMN preserve_at;
ALTER TABLE operation DROP COLUMN held_at;
ALTER TABLE operation DROP COLUMN pauses;
ALTER TABLE operation DROP COLUMN planned;
ALTER TABLE operation DROP COLUMN drill;
