-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- SHA-256 of the card of ours that a partner has or was sent last, so that another name or address of ours is told once. Empty: noted at the next start.
ALTER TABLE partner_line ADD COLUMN told_card TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE partner_line DROP COLUMN told_card;
