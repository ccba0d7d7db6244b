// SPDX-License-Identifier: EUPL-1.2
// The service worker of a replay: it loads wabac.js, unmodified, and puts our own content policy over every answer that wabac.js makes.
// Without it the answers would carry wabac's policy only, which lets archived scripts open sockets to anywhere.

const policy = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' data: blob:; frame-src 'self' data: blob:; " +
  "worker-src 'self' blob:; object-src 'none'; form-action 'none'";
const empty = [101, 204, 205, 304];

function harden(response) {
  if (response.type === 'opaque' || response.type === 'error' || response.type === 'opaqueredirect') return response;
  const headers = new Headers(response.headers);
  headers.append('Content-Security-Policy', policy);
  headers.set('X-DNS-Prefetch-Control', 'off');
  headers.set('Referrer-Policy', 'no-referrer');
  return new Response(empty.includes(response.status) ? null : response.body, { status: response.status, statusText: response.statusText, headers });
}

if (self.FetchEvent) { // not in the dedicated worker that reads the archive
  const respond = FetchEvent.prototype.respondWith;
  FetchEvent.prototype.respondWith = function respondWith(answer) {
    return respond.call(this, Promise.resolve(answer).then(harden));
  };
}

importScripts('wabac.js');
