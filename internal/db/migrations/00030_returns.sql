-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- An act prepared after a return; nothing leaves before a person releases it.
CREATE TABLE followup (
  id BIGINT IDENTITY PRIMARY KEY,
  unit BIGINT NOT NULL REFERENCES unit (id),
  asset BIGINT NOT NULL REFERENCES asset (id),
  fell BIGINT NOT NULL REFERENCES asset (id),
  model BIGINT NOT NULL REFERENCES notice (id),
  instrument TEXT NOT NULL,
  layer TEXT NOT NULL,
  why TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('prepared','released','dismissed','lapsed')),
  made BIGINT NOT NULL,
  by_officer BIGINT NOT NULL DEFAULT 0,
  decided BIGINT NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  drafted BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX followup_asset ON followup (asset);
CREATE UNIQUE INDEX followup_once ON followup (asset, model) WHERE state='prepared';

-- +goose Down
DROP TABLE followup;
