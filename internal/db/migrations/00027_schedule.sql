-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- When a monitor looks at an asset next. A round takes what is due of one shard, in order.
CREATE TABLE schedule (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  asset BIGINT NOT NULL REFERENCES asset (id),
  monitor TEXT NOT NULL CHECK (monitor IN ('site','server','domain','app','addon','newsletter','stream','account','mirror')),
  shard BIGINT NOT NULL,
  due BIGINT NOT NULL,
  every BIGINT NOT NULL,
  looked BIGINT NOT NULL DEFAULT 0,
  changed BIGINT NOT NULL DEFAULT 0,
  looks BIGINT NOT NULL DEFAULT 0,
  changes BIGINT NOT NULL DEFAULT 0,
  failures BIGINT NOT NULL DEFAULT 0,
  UNIQUE (asset, monitor)
);
CREATE INDEX schedule_due ON schedule (shard, due);
CREATE INDEX schedule_unit ON schedule (unit, due);
-- What all machines together may ask of a server: ready is when the next request may leave, until the end of a ban. By the engine's clock.
CREATE TABLE pace (
  server TEXT PRIMARY KEY,
  ready BIGINT NOT NULL,
  until BIGINT NOT NULL DEFAULT 0,
  strikes BIGINT NOT NULL DEFAULT 0
);

-- +goose Down
DROP TABLE pace; DROP TABLE schedule;
