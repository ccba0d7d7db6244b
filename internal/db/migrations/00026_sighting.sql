-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- What one monitor saw of one asset, from the first look that saw just that to the last.
CREATE TABLE sighting (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  asset BIGINT NOT NULL REFERENCES asset (id),
  monitor TEXT NOT NULL CHECK (monitor IN ('site','server','domain','app','addon','newsletter','stream','account','mirror')),
  vantage TEXT NOT NULL,
  digest TEXT NOT NULL,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  looks BIGINT NOT NULL,
  seen JSON NOT NULL
);
CREATE INDEX sighting_asset ON sighting (asset, monitor, last_seen);

-- +goose Down
DROP TABLE sighting;
