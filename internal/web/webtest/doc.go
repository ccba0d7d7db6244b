// SPDX-License-Identifier: EUPL-1.2

// Package webtest looks at pages in a real browser: it takes pictures, runs axe-core over them and listens for broken policies. It
// is for tests only and knows nothing about what the pages say.
//
// axe-core 4.14.1 (axe.min.js) is by Deque Systems, Mozilla Public License 2.0, unchanged; see axe.LICENSE.txt.
package webtest
