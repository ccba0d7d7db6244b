-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- How what a look met compares with the content as it was captured.
ALTER TABLE observation ADD COLUMN content TEXT NOT NULL DEFAULT '' CHECK (content IN ('','same','similar','other'));
ALTER TABLE observation ADD COLUMN alike INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE observation DROP COLUMN alike; ALTER TABLE observation DROP COLUMN content;
