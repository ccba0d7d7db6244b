-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- The key under which an exhibit's bytes lie in the store, itself encrypted to the installation's keys; '' where they lie in the clear.
ALTER TABLE exhibit ADD COLUMN key TEXT NOT NULL DEFAULT '';
-- How many links its chain of custody has, and the SHA-256 of the last one.
ALTER TABLE exhibit ADD COLUMN links BIGINT NOT NULL DEFAULT 0;
ALTER TABLE exhibit ADD COLUMN head TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE exhibit DROP COLUMN head;
ALTER TABLE exhibit DROP COLUMN links;
ALTER TABLE exhibit DROP COLUMN key;
