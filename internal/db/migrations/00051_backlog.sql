-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- What is to be sealed for a partner next, and what was sealed and is not known to be there: found at once among however many messages.
CREATE INDEX outgoing_queued ON outgoing (partner, id) WHERE state='queued';
CREATE INDEX outgoing_sealed ON outgoing (partner, epoch, seq) WHERE state='sealed';
DROP INDEX outgoing_waiting;

-- +goose Down
CREATE INDEX outgoing_waiting ON outgoing (partner, id) WHERE state<>'delivered';
DROP INDEX outgoing_sealed;
DROP INDEX outgoing_queued;
