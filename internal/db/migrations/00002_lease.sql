-- SPDX-License-Identifier: EUPL-1.2
-- Roles that one process at a time holds, such as the sequencer of the ledger.

-- +goose Up
CREATE TABLE lease (
	name   TEXT   NOT NULL PRIMARY KEY,
	holder TEXT   NOT NULL,
	until  BIGINT NOT NULL
);

-- +goose Down
DROP TABLE lease;
