-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- What waits for its place is asked for many times a second, in the order of id: with idx alone PostgreSQL read the whole log for that.
DROP INDEX event_idx;
CREATE INDEX event_idx ON event (idx, id);

-- +goose Down
DROP INDEX event_idx;
CREATE INDEX event_idx ON event (idx);
