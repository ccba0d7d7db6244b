-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- The record of an act as it was handed in for approval, and what a unit's documents say of it.
ALTER TABLE notice ADD COLUMN facts TEXT NOT NULL DEFAULT '';
ALTER TABLE unit ADD COLUMN letterhead JSON NOT NULL DEFAULT '{}';

-- +goose Down
ALTER TABLE unit DROP COLUMN letterhead; ALTER TABLE notice DROP COLUMN facts;
