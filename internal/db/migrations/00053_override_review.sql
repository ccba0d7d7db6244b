-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- Overrides of a question for a threat to life, each with the review of a third person afterwards, and when the first review that is still owed is due.
-- What was overridden before is in the ledger alone: no review was owed then.
ALTER TABLE deconfliction ADD COLUMN overrides JSON NOT NULL DEFAULT '[]';
ALTER TABLE deconfliction ADD COLUMN review_due BIGINT NOT NULL DEFAULT 0;
CREATE INDEX deconfliction_review ON deconfliction (review_due) WHERE review_due<>0;

-- +goose Down
DROP INDEX deconfliction_review;
ALTER TABLE deconfliction DROP COLUMN review_due;
ALTER TABLE deconfliction DROP COLUMN overrides;
