-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- Time stamps (RFC 3161) over checkpoints. The checkpoint stands here as it was stamped: a witness may sign it later.
CREATE TABLE stamp (
  id BIGINT IDENTITY PRIMARY KEY,
  authority TEXT NOT NULL,
  size BIGINT NOT NULL,
  signed TEXT NOT NULL,
  token BYTES NOT NULL,
  at BIGINT NOT NULL,
  until BIGINT NOT NULL,
  received BIGINT NOT NULL,
  event BIGINT NOT NULL
);
CREATE UNIQUE INDEX stamp_authority ON stamp (authority, size);
CREATE INDEX stamp_size ON stamp (size);

-- +goose Down
DROP TABLE stamp;
