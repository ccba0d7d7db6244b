-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- What of the messages to and from partners is to be let go after a while.
CREATE INDEX outgoing_kept ON outgoing (partner, id) WHERE state='delivered' AND sealed IS NOT NULL;
CREATE INDEX incoming_sets ON incoming (partner, id) WHERE kind='set' AND state='applied' AND body<>'';

-- +goose Down
DROP INDEX incoming_sets;
DROP INDEX outgoing_kept;
