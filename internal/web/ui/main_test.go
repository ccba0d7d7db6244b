// SPDX-License-Identifier: EUPL-1.2

package ui_test

import (
	"os"
	"testing"

	"iolaus/internal/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(webtest.Main(m)) }
