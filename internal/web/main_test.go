// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"os"
	"testing"

	"iolaus/internal/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(webtest.Main(m)) }
