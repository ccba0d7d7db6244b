-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- What an addressee asks for: languages, who represents it where, how its mail is sealed, whether addresses are defanged for it.
ALTER TABLE provider ADD COLUMN languages JSON NOT NULL DEFAULT '[]';
ALTER TABLE provider ADD COLUMN establishment TEXT NOT NULL DEFAULT '';
ALTER TABLE provider ADD COLUMN representative TEXT NOT NULL DEFAULT '';
ALTER TABLE provider ADD COLUMN seal TEXT NOT NULL DEFAULT '';
ALTER TABLE provider ADD COLUMN seal_key TEXT NOT NULL DEFAULT '';
ALTER TABLE provider ADD COLUMN defang BOOLEAN NOT NULL DEFAULT FALSE;
-- Documents that a letter carries, by name, type, size and SHA-256 in the store of letters.
ALTER TABLE letter ADD COLUMN files JSON NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE letter DROP COLUMN files;
ALTER TABLE provider DROP COLUMN defang; ALTER TABLE provider DROP COLUMN seal_key; ALTER TABLE provider DROP COLUMN seal;
ALTER TABLE provider DROP COLUMN representative; ALTER TABLE provider DROP COLUMN establishment; ALTER TABLE provider DROP COLUMN languages;
