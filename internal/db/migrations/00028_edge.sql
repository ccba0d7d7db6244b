-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- The map: what was seen to hold between two nodes, an interval a row. ended_at is when it was found to hold no more; 0: nothing says so.
CREATE TABLE edge (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  from_kind TEXT NOT NULL,
  from_name TEXT NOT NULL,
  to_kind TEXT NOT NULL,
  to_name TEXT NOT NULL,
  rel TEXT NOT NULL,
  source TEXT NOT NULL,
  asset BIGINT NOT NULL DEFAULT 0,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL DEFAULT 0,
  confidence DOUBLE PRECISION NOT NULL
);
CREATE INDEX edge_from ON edge (unit, from_kind, from_name);
CREATE INDEX edge_asset ON edge (asset, unit);
-- In which languages an officer reads, BCP 47.
ALTER TABLE officer ADD COLUMN languages JSON NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE officer DROP COLUMN languages;
DROP TABLE edge;
