-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- Which tasks of an operation that another installation leads were proposed by it: the lead knows no others.
ALTER TABLE task ADD COLUMN led BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE task SET led=TRUE WHERE operation IN (SELECT id FROM operation WHERE lead<>0);

-- +goose Down
ALTER TABLE task DROP COLUMN led;
