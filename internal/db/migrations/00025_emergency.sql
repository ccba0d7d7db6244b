-- SPDX-License-Identifier: EUPL-1.2
-- +goose Up
-- Why a production order gives eight hours: kind and grounds.
ALTER TABLE notice ADD COLUMN emergency JSON NOT NULL DEFAULT '{}';
