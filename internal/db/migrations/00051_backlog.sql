-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- What is to be sealed for a partner next, what was sealed and is not known to be there, and what arrived long ago: found at once among however many messages.
CREATE INDEX outgoing_queued ON outgoing (partner, id) WHERE state='queued';
CREATE INDEX outgoing_sealed ON outgoing (partner, epoch, seq) WHERE state='sealed';
DROP INDEX outgoing_waiting;
DROP INDEX outgoing_kept;
CREATE INDEX outgoing_kept ON outgoing (partner, delivered) WHERE state='delivered' AND sealed IS NOT NULL;

-- +goose Down
DROP INDEX outgoing_kept;
CREATE INDEX outgoing_kept ON outgoing (partner, id) WHERE state='delivered' AND sealed IS NOT NULL;
CREATE INDEX outgoing_waiting ON outgoing (partner, id) WHERE state<>'delivered';
DROP INDEX outgoing_sealed;
DROP INDEX outgoing_queued;
