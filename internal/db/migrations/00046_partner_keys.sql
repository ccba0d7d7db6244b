-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- Which of our own keys a partner knows, by the id of the keys, and which card it was told last. The cards that partners had before: what they signed
-- is still checked with them, and nobody comes back under them. What a partner signed, byte for byte.
ALTER TABLE partner_line ADD COLUMN own TEXT NOT NULL DEFAULT '';
ALTER TABLE partner_line ADD COLUMN told TEXT NOT NULL DEFAULT '';
CREATE TABLE partner_card (
  id BIGINT IDENTITY PRIMARY KEY,
  partner BIGINT NOT NULL REFERENCES partner (id),
  key TEXT NOT NULL,
  card TEXT NOT NULL,
  until BIGINT NOT NULL
);
CREATE INDEX partner_card_partner ON partner_card (partner, id);
CREATE INDEX partner_card_key ON partner_card (key);
ALTER TABLE incoming ADD COLUMN signed BYTES;

-- +goose Down
ALTER TABLE incoming DROP COLUMN signed;
DROP TABLE partner_card;
ALTER TABLE partner_line DROP COLUMN told;
ALTER TABLE partner_line DROP COLUMN own;
