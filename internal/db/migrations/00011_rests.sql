-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- What a finding was given on: the exhibit, and its content, so that it says nothing of what stands there later.
ALTER TABLE assessment ADD COLUMN exhibit BIGINT NOT NULL DEFAULT 0;
ALTER TABLE assessment ADD COLUMN content TEXT NOT NULL DEFAULT '';
-- The letter of an act as it was submitted: what is approved is what leaves.
ALTER TABLE notice ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE notice ADD COLUMN text TEXT NOT NULL DEFAULT '';
-- Why a letter could not be delivered, and how its sender was recognised.
ALTER TABLE letter ADD COLUMN failed TEXT NOT NULL DEFAULT '';
ALTER TABLE letter ADD COLUMN authentic TEXT NOT NULL DEFAULT '';
-- Who said that a provider carries an asset; 0: a probe, whose word another probe takes back.
ALTER TABLE carrier ADD COLUMN by_officer BIGINT NOT NULL DEFAULT 0;
CREATE INDEX asset_unit ON asset (unit, state);
CREATE INDEX notice_unit ON notice (unit, state);
CREATE INDEX notice_provider ON notice (provider);
CREATE INDEX poll_unit ON poll (unit, state);
CREATE INDEX letter_guess ON letter (guess, inbound);
CREATE INDEX session_expiry ON session (expiry);

-- +goose Down
DROP INDEX session_expiry; DROP INDEX letter_guess; DROP INDEX poll_unit; DROP INDEX notice_provider; DROP INDEX notice_unit; DROP INDEX asset_unit;
ALTER TABLE carrier DROP COLUMN by_officer;
ALTER TABLE letter DROP COLUMN authentic;
ALTER TABLE letter DROP COLUMN failed;
ALTER TABLE notice DROP COLUMN text;
ALTER TABLE notice DROP COLUMN subject;
ALTER TABLE assessment DROP COLUMN content;
ALTER TABLE assessment DROP COLUMN exhibit;
