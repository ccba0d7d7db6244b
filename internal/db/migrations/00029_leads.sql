-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- Who led to an address, by which document, how, and when.
CREATE TABLE lead (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  asset BIGINT NOT NULL REFERENCES asset (id),
  address TEXT NOT NULL,
  source TEXT NOT NULL,
  from_asset BIGINT NOT NULL DEFAULT 0,
  document TEXT NOT NULL,
  how TEXT NOT NULL,
  at BIGINT NOT NULL,
  last BIGINT NOT NULL,
  UNIQUE (asset, source, from_asset, document)
);
CREATE INDEX lead_from ON lead (from_asset) WHERE from_asset<>0;
CREATE INDEX lead_unit ON lead (unit, asset);
INSERT INTO lead (unit, asset, address, source, from_asset, document, how, at, last)
  SELECT unit, id, locator, CASE found_by WHEN 'crawl' THEN 'link' ELSE found_by END, found_from, '', '', created, created FROM asset ORDER BY id;
UPDATE asset SET found_by='link' WHERE found_by='crawl';
-- What a person said is no noise, whatever was refused before.
CREATE TABLE trusted (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  reason TEXT NOT NULL,
  by_officer BIGINT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX trusted_unit ON trusted (unit, kind, value);
-- The newest head of each certificate log that was believed, and what is wrong with the log.
CREATE TABLE ct_log (
  id BIGINT IDENTITY PRIMARY KEY,
  log TEXT NOT NULL UNIQUE,
  size BIGINT NOT NULL,
  root TEXT NOT NULL,
  head TEXT NOT NULL,
  at BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  trouble TEXT NOT NULL,
  why TEXT NOT NULL,
  since BIGINT NOT NULL
);

-- +goose Down
DROP TABLE ct_log; DROP TABLE trusted; DROP TABLE lead;
UPDATE asset SET found_by='crawl' WHERE found_by NOT IN ('person','ct');
