// SPDX-License-Identifier: EUPL-1.2
// What the pages do beyond HTML. Every page works without this file; it adds ticking clocks, single keys, copying and fresh
// fragments. It never decides anything: it clicks what a person could click, and shows again what the server renders.

const root = document.documentElement;
const words = document.getElementById('words')?.dataset ?? {};
const isolate = (v) => root.dir === 'rtl' ? `\u2068${v}\u2069` : v; // a name or number keeps its own direction
const fill = (text, values) => (text ?? '').replace(/\{(\w+)\}/g, (_, k) => isolate(values[k] ?? ''));
const say = (text) => { const el = document.getElementById('say'); if (el) el.textContent = text; };

// ---- time: the server's clock, not this machine's -------------------------------------------------------------------

const navigation = performance.getEntriesByType('navigation')[0];
let offset = root.dataset.now
  ? Date.parse(root.dataset.now) - (performance.timeOrigin + (navigation?.responseStart ?? 0))
  : 0;
const now = () => Date.now() + offset;
const two = (n) => String(n).padStart(2, '0');

// left writes a span of time as the server does (ui.Left): to the second below a day, then hours, then days.
export function left(ms) {
  const s = Math.floor(Math.abs(ms) / 1000);
  if (s < 86400) return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  return s < 259200 ? `${Math.floor(s / 3600)} ${words.h ?? 'h'}` : `${Math.floor(s / 86400)} ${words.d ?? 'd'}`;
}

// age writes how long ago something was seen, as the server does (ui.Age).
export function age(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 172800) return `${Math.floor(s / 3600)} ${words.h ?? 'h'}`;
  return `${Math.floor(s / 86400)} ${words.d ?? 'd'}`;
}

const spokenAt = [30, 15, 5, 0]; // minutes
const before = new Map(); // clock -> what was left at the last tick; survives the swap of its element

function tickClock(el, at) {
  const due = Date.parse(el.dataset.due), rest = due - at;
  const text = (el.dataset.prefix ?? '') + (rest < 0 ? '+' : '') + left(rest);
  const out = el.querySelector('[data-left]') ?? el;
  if (out.textContent !== text) out.textContent = text;
  el.classList.toggle('late', rest < 0 && !el.dataset.prefix);

  const risk = Number(el.dataset.risk ?? 0) * 1000, name = `${el.dataset.what ?? ''} ${el.dataset.due}`;
  const last = before.get(name);
  before.set(name, rest);
  if (last === undefined || last === rest) return;
  const crossed = (ms) => last > ms && rest <= ms;
  for (const m of spokenAt) {
    if (crossed(m * 60000) && el.dataset.what) say(fill(m ? words.soon : words.over, { n: m, what: el.dataset.what }));
  }
  if (crossed(risk) || crossed(0)) refresh(el.closest('[data-fragment],[data-live]'));
}

function tickBar(el, at) {
  const from = Date.parse(el.dataset.from), to = Date.parse(el.dataset.to);
  const used = Math.min(100, Math.max(0, (at - from) / (to - from) * 100));
  el.querySelector('rect')?.setAttribute('width', used.toFixed(1));
}

function tickAge(el, at) {
  const since = at - Date.parse(el.dataset.seen), stale = el.dataset.stale && since > Number(el.dataset.stale) * 1000;
  const text = fill(stale ? words.stale : words.ago, { n: age(since) });
  if (el.textContent !== text) el.textContent = text;
  el.classList.toggle('old', Boolean(stale));
}

function tickUntil(el, at) {
  const rest = Date.parse(el.dataset.until) - at, out = el.querySelector('[data-left]');
  if (out) out.textContent = String(Math.max(0, Math.ceil(rest / 1000)));
  if (rest <= 0 && !el.hidden) {
    if (el.contains(document.activeElement)) document.getElementById('m')?.focus();
    el.hidden = true;
    refresh(document.getElementById(el.dataset.then ?? ''));
  }
}

function tick() {
  const at = now();
  for (const el of document.querySelectorAll('[data-utc]')) {
    const d = new Date(at);
    el.textContent = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} UTC`;
  }
  for (const el of document.querySelectorAll('[data-local][hidden]')) {
    const when = new Date(el.dateTime);
    if (when.getTimezoneOffset()) el.textContent = `(${when.toLocaleTimeString('en-GB', { timeZoneName: 'short' })})`; // where local is UTC, once is enough
    el.hidden = false;
  }
  for (const el of document.querySelectorAll('[data-due]')) tickClock(el, at);
  for (const el of document.querySelectorAll('[data-from][data-to]')) tickBar(el, at);
  for (const el of document.querySelectorAll('[data-seen]')) tickAge(el, at);
  for (const el of document.querySelectorAll('[data-until]')) tickUntil(el, at);
  setTimeout(tick, 1000 - now() % 1000);
}

// ---- fragments: the server renders, the same element of its answer takes the old one's place -------------------------

// The only way HTML enters a page: the answer of our own origin, parsed into an inert document where scripts never run.
const policy = window.trustedTypes?.createPolicy('iolaus', { createHTML: (html) => html }) ?? { createHTML: (html) => html };

async function load(response) {
  const type = response.headers.get('Content-Type') ?? '';
  if (new URL(response.url).origin !== location.origin || !type.startsWith('text/html')) throw new Error('not a page of ours');
  return new DOMParser().parseFromString(policy.createHTML(await response.text()), 'text/html');
}

const typing = (el) => el?.matches?.('input:not([type=checkbox],[type=radio],[type=submit],[type=button]),textarea,select,[contenteditable]');

// equip shows the buttons that need this file.
function equip(where) {
  for (const el of where.querySelectorAll('[data-script]')) el.hidden = false;
}

function put(page, id) {
  const old = document.getElementById(id), fresh = page.getElementById(id);
  if (!old || !fresh) return false;
  const had = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(document.adoptNode(fresh));
  equip(fresh);
  const first = fresh.querySelector('[autofocus]'); // a form that a person has just opened
  if (had || first) (again(fresh, had) ?? first ?? focusable(fresh)).focus();
  if ([old, fresh].some((el) => el.matches('[data-live]') || el.querySelector('[data-live]'))) connect();
  return true;
}

// again finds what had the focus in what took its place: by its id, or the link that leads to the same page.
function again(fresh, had) {
  if (had?.id) return document.getElementById(had.id);
  const href = had?.getAttribute('href');
  return href ? [...fresh.querySelectorAll('a[href]')].find((a) => a.getAttribute('href') === href) : null;
}

function focusable(el) {
  if (!el.matches('a[href],button,input,textarea,select,[tabindex]')) el.tabIndex = -1;
  return el;
}

// freshen fetches several parts of this page at once: what was named changed, and nothing else. One answer is waited for before the next is asked for,
// so that an older one never takes the place of a newer one, and a slow line carries fewer.
const changed = new Set();
let fetching = false;
async function freshen(ids) {
  ids.forEach((id) => changed.add(id));
  if (fetching) return;
  fetching = true;
  while (changed.size) {
    const some = [...changed];
    changed.clear();
    await fetchParts(some);
  }
  fetching = false;
}

async function fetchParts(ids) {
  const here = ids.map((id) => document.getElementById(id)).filter(Boolean);
  const busy = here.filter((el) => el.contains(document.activeElement) && typing(document.activeElement));
  busy.forEach(refresh);
  const wanted = here.filter((el) => !busy.includes(el)).map((el) => el.id);
  if (!wanted.length) return;
  try {
    const response = await fetch(location.href, { headers: { Accept: 'text/html', 'Iolaus-Fragment': wanted.join(' ') }, signal: AbortSignal.timeout(15000) });
    if (!response.ok) throw new Error(response.status);
    const page = await load(response);
    wanted.forEach((id) => put(page, id));
  } catch { here.forEach((el) => { el.dataset.failed = ''; }); } // what is shown stays and grows old
}

const waiting = new Set();
function refresh(el) {
  if (!el?.id || waiting.has(el.id)) return;
  const id = el.id;
  waiting.add(id);
  setTimeout(async () => {
    waiting.delete(id);
    const here = document.getElementById(id);
    if (!here) return;
    if (here.contains(document.activeElement) && typing(document.activeElement)) { // never take a sentence from under the hands
      document.activeElement.addEventListener('blur', () => refresh(here), { once: true });
      return;
    }
    try {
      const response = await fetch(here.dataset.fragment || location.href, { headers: { Accept: 'text/html', 'Iolaus-Fragment': id } });
      if (response.ok) put(await load(response), id);
    } catch { here.dataset.failed = ''; } // what is shown stays and grows old; its age says so
  }, 150);
}

async function send(form, submitter) {
  const data = new FormData(form, submitter), get = form.method === 'get';
  const url = new URL(submitter?.formAction && submitter.hasAttribute('formaction') ? submitter.formAction : form.action);
  if (get) for (const [k, v] of data) url.searchParams.set(k, v);
  const body = form.enctype === 'multipart/form-data' ? data : new URLSearchParams([...data].filter(([, v]) => typeof v === 'string'));
  const ids = form.dataset.swap.split(/\s+/);
  const response = await fetch(url, { method: form.method, body: get ? undefined : body, headers: { Accept: 'text/html', 'Iolaus-Fragment': ids.join(' '), 'Iolaus-Person': '1' } });
  const page = await load(response);
  if (!ids.map((id) => put(page, id)).some(Boolean)) { location.assign(response.url); return; }
  if (page.title) document.title = page.title;
  if (response.redirected || get) history.pushState(null, '', response.url);
}

document.addEventListener('submit', (e) => {
  const form = e.target;
  if (!form.dataset?.swap || e.defaultPrevented) return;
  e.preventDefault();
  if (form.ariaBusy === 'true') return; // one act, sent once
  form.ariaBusy = 'true';
  send(form, e.submitter).catch(() => say(words.failed)).finally(() => { form.ariaBusy = null; });
});
window.addEventListener('popstate', () => location.reload());

// ---- live pages: the server says what changed, never how --------------------------------------------------------------

const streams = new Map(); // URL -> EventSource
function connect() {
  const wanted = new Set([...document.querySelectorAll('[data-live]')].map((el) => new URL(el.dataset.live, location.href).href));
  for (const [url, stream] of streams) if (!wanted.has(url)) { stream.close(); streams.delete(url); }
  for (const url of wanted) {
    if (streams.has(url) || new URL(url).origin !== location.origin) continue;
    const from = new URL(url);
    if (root.dataset.after) from.searchParams.set('after', root.dataset.after); // what came after the page was made and before this
    const stream = new EventSource(from);
    streams.set(url, stream);
    const mine = () => [...document.querySelectorAll('[data-live]')].filter((el) => new URL(el.dataset.live, location.href).href === url);
    stream.addEventListener('change', (e) => (e.data ? freshen(e.data.split(/\s+/)) : mine().forEach(refresh)));
    stream.addEventListener('now', (e) => { const t = Date.parse(e.data); if (t) offset = t - Date.now(); });
    stream.addEventListener('ended', () => { stream.close(); location.reload(); });
    let lost = false;
    stream.addEventListener('open', () => { connection(true); if (lost) mine().forEach(refresh); lost = false; });
    stream.addEventListener('error', () => { lost = true; connection(false); });
  }
}

function connection(up) {
  for (const el of document.querySelectorAll('[data-connection]')) {
    el.textContent = up ? words.joined : words.lost;
    el.classList.toggle('old', !up);
  }
}

// ---- keys: one list, one switch, never while typing, never a legal act ------------------------------------------------

const store = { get: () => { try { return localStorage.getItem('iolaus.keys'); } catch { return null; } },
  set: (v) => { try { localStorage.setItem('iolaus.keys', v); } catch { /* private mode: lasts for this page */ } } };
let keysOn = store.get() !== 'off';
const shown = (el) => el.checkVisibility?.({ visibilityProperty: true }) !== false && !el.disabled && !el.closest('[inert]');
const keyed = (key) => [...document.querySelectorAll('[data-key]')].find((el) => el.dataset.key.toLowerCase() === key && shown(el));

function move(step) {
  const rows = [...document.querySelectorAll('[data-list] tbody tr')].map((tr) => tr.querySelector('a[href],button')).filter((el) => el && shown(el));
  if (!rows.length) return false;
  const row = document.activeElement?.closest('[data-list] tbody tr');
  const at = row ? rows.findIndex((el) => row.contains(el)) : step > 0 ? -1 : rows.length;
  rows[Math.min(rows.length - 1, Math.max(0, at + step))].focus();
  return true;
}

document.addEventListener('keydown', (e) => {
  if (!keysOn || e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.repeat) return;
  if (typing(e.target) || document.querySelector('dialog[open]')) return;
  const key = e.key.toLowerCase();
  if (key === '?') { help(); e.preventDefault(); return; }
  if (key === 'enter' && e.target.closest?.('a,button,summary')) return; // Enter belongs to what has the focus
  const el = keyed(key);
  if (el) {
    e.preventDefault();
    const place = document.getElementById(el.getAttribute('href')?.match(/^#(.+)/)?.[1] ?? ''); // on this page: the next Tab goes on from there
    if (place) place.focus(); else if (typing(el) || el.hasAttribute('data-legal')) el.focus(); else el.click();
  } else if ((key === 'j' || key === 'k') && move(key === 'j' ? 1 : -1)) e.preventDefault();
});

function help() {
  const dialog = document.getElementById('keys'), list = dialog?.querySelector('dl');
  if (!dialog || dialog.open) return;
  list.replaceChildren();
  const line = (key, text) => {
    const dt = document.createElement('dt'), kbd = document.createElement('kbd'), dd = document.createElement('dd');
    kbd.textContent = key.length === 1 ? key.toUpperCase() : key;
    dt.append(kbd);
    dd.textContent = text;
    list.append(dt, dd);
  };
  for (const el of document.querySelectorAll('[data-key]')) {
    if (shown(el)) line(el.dataset.key, el.dataset.help || el.getAttribute('aria-label') || el.textContent.trim());
  }
  if (document.querySelector('[data-list]')) { line('J', words.down); line('K', words.up); }
  line('?', words.keys);
  showSwitch();
  dialog.showModal();
}

function showSwitch() {
  const button = document.getElementById('keys-switch');
  if (button) button.ariaPressed = String(keysOn);
}

// ---- clicks -----------------------------------------------------------------------------------------------------------

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say(words.copied);
  } catch {
    say(words.notcopied);
  }
}

// quote puts what is selected in one element into a field.
function quote(el) {
  const selection = getSelection(), from = document.getElementById(el.dataset.from), to = document.getElementById(el.dataset.quote);
  if (to && from && selection.rangeCount && from.contains(selection.getRangeAt(0).commonAncestorContainer)) {
    to.value = [to.value, selection.toString().trim()].filter(Boolean).join('\n');
    to.focus();
  } else say(words.noselection);
}

document.addEventListener('click', (e) => {
  const el = e.target.closest?.('[data-copy],[data-opens],[data-print],[data-quote],#keys-open,#keys-switch');
  if (!el) return;
  if (el.dataset.copy !== undefined) copy(el.dataset.copy);
  else if (el.dataset.opens) document.getElementById(el.dataset.opens)?.showModal?.();
  else if (el.dataset.quote) quote(el);
  else if (el.dataset.print !== undefined) print();
  else if (el.id === 'keys-open') help();
  else { keysOn = !keysOn; store.set(keysOn ? 'on' : 'off'); showSwitch(); }
});

equip(document);
document.getElementById('errors')?.focus();
connect();
tick();
