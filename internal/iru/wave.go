// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// A Wave says that an operation goes on from another one against the same outlets.
type Wave struct {
	Operation OperationID
	After     OperationID // of which it is the next wave; 0: it is the first
	Number    int         // 1 for the first
	Followups int         // prepared acts that were taken along
	Made      time.Time
	By        OfficerID
}
