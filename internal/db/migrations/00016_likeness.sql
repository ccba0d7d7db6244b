-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- Two items that resembled each other while nobody had judged them, the one with the smaller number first. sign is the fingerprint by which
-- a picture was met, '' in other media: a picture that turns out to be part of a page's frame relates nothing any more.
CREATE TABLE likeness (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  item BIGINT NOT NULL REFERENCES item (id),
  other BIGINT NOT NULL REFERENCES item (id),
  medium TEXT NOT NULL,
  distance DOUBLE PRECISION NOT NULL,
  sign TEXT NOT NULL,
  at BIGINT NOT NULL,
  UNIQUE (item, other, medium),
  CHECK (item<other)
);
CREATE INDEX likeness_other ON likeness (other);
CREATE INDEX likeness_sign ON likeness (sign) WHERE sign<>'';

-- +goose Down
DROP TABLE likeness;
