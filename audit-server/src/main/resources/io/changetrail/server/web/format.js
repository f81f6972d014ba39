// SPDX-License-Identifier: Apache-2.0
// Words for people. All of these give text or templates; none gives markup out of captured text.
import { html, nothing } from 'lit';

const ZONE = 'changetrail.zone';

/** `UTC`, or `local` for the zone of the browser. */
export function zone() {
  return localStorage.getItem(ZONE) === 'local' ? 'local' : 'UTC';
}

export function setZone(name) {
  localStorage.setItem(ZONE, name);
}

export function zoneName() {
  return zone() === 'UTC' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const formats = {};

/** `2026-11-26 02:03:04`, in the zone that was chosen. */
export function timeText(instant, seconds = true) {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return String(instant);
  const key = zone() + seconds;
  formats[key] ??= new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone() === 'UTC' ? 'UTC' : undefined,
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
    second: seconds ? '2-digit' : undefined,
  });
  return formats[key].format(at);
}

/**
 * What somebody typed as a time, in ISO 8601; what names no zone is UTC, as the forms say, and not
 * the zone of whoever looks. What is no time is left for the server to complain of.
 */
export function typedInstant(text) {
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/i.test(text) || !/T/.test(text) ? text : text + 'Z';
  return new Date(zoned).toJSON() ?? text;
}

const STEPS = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400, 7 * 86400, 14 * 86400, 28 * 86400].map((seconds) => seconds * 1e3);

/**
 * Round times on an axis, in the zone that was chosen, so that all drawings of a page have the same.
 *
 * @param from epoch ms
 * @param most how many there is room for
 * @returns {{at: number, label: string}[]}
 */
export function ticks([from, to], most) {
  const length = to - from;
  const last = STEPS.at(-1);
  const widest = STEPS.findIndex((ms) => length / ms <= most);
  let found = [];
  // One label alone tells no scale: then those of the step below are taken.
  for (let i = widest; found.length < 2 && i >= 0; i--) found = every(STEPS[i], from, to);
  return found.length ? found : every(Math.ceil(length / most / last) * last, from, to);
}

function every(step, from, to) {
  const offset = zone() === 'UTC' ? 0 : new Date(from).getTimezoneOffset() * 60e3;
  const found = [];
  for (let at = Math.ceil((from - offset) / step) * step + offset; at <= to; at += step) {
    const [date, clock] = timeText(at).split(' ');
    const midnight = clock === '00:00:00';
    const hour = step < 60e3 ? clock : clock.slice(0, 5);
    const day = step > 200 * 86400e3 ? date : date.slice(5);
    found.push({ at, label: midnight || step >= 86400e3 ? day : hour, day });
  }
  // The first tells the day, unless another does.
  const [first] = found;
  if (first && found.every(({ label, day }) => label !== day)) first.label = `${first.day} ${first.label}`;
  return found;
}

/** A time that tells its exact instant to machines and to who points at it. */
export function time(instant) {
  if (!instant) return nothing;
  return html`<time class="nowrap" datetime=${instant} title=${instant}>${timeText(instant)}</time>`;
}

export function span(from, to) {
  if (from === to || !to) return time(from);
  const [day, clock] = timeText(to).split(' ');
  const end = timeText(from).startsWith(day) ? clock : `${day} ${clock}`;
  return html`${time(from)} – <time class="nowrap" datetime=${to} title=${to}>${end}</time>`;
}

/** `PT9H16M34.58S` or seconds as `9 h 16 min`. */
export function duration(value) {
  let seconds = Number(value);
  if (typeof value === 'string' && Number.isNaN(seconds)) {
    const parts = /^(-)?P(?:(\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?[\d.]+)S)?)?$/.exec(value);
    if (!parts) return value;
    const [, minus, d = 0, h = 0, m = 0, s = 0] = parts;
    seconds = (Number(d) * 86400 + Number(h) * 3600 + Number(m) * 60 + Number(s)) * (minus ? -1 : 1);
  }
  const sign = seconds < 0 ? '−' : '';
  const all = Math.abs(seconds);
  if (all < 1) return `${sign}${Math.round(all * 1000)} ms`;
  if (all < 60) return `${sign}${Math.round(all)} s`;
  if (all < 3600) return `${sign}${Math.floor(all / 60)} min`;
  if (all < 86400) return `${sign}${Math.floor(all / 3600)} h ${Math.floor((all % 3600) / 60)} min`;
  return `${sign}${Math.floor(all / 86400)} d ${Math.floor((all % 86400) / 3600)} h`;
}

export function words(name) {
  return String(name).replaceAll('_', ' ');
}

export function outcome(change) {
  return html`<span class="pill kind">${words(change.kind)}</span>${
    change.outcome ? html`<span class="pill ${change.outcome}">${change.outcome}</span>` : nothing}${
    change.rollback ? html`<span class="pill rollback">rollback</span>` : nothing}`;
}

export function actorText(actor) {
  if (!actor || !actor.id) return 'unknown';
  return actor.name && actor.name !== actor.id ? `${actor.name} (${actor.id})` : actor.id;
}

export function actor(who) {
  if (!who) return 'unknown';
  return html`<span class="captured">${actorText(who)}</span>${
    who.via ? html` <span class="quiet">via <span class="captured">${who.via}</span></span>` : nothing}${
    who.evidence ? html` <span class="pill" title="How this is known">${words(who.evidence)}</span>` : nothing}`;
}

/** Text whose long words break at their signs before they break anywhere. */
export function breaking(text) {
  return String(text).slice(0, 2000).split(/(?<=\S{20,}[@:/._-])/).map((part) => html`${part}<wbr>`);
}

/** A link to elsewhere, if it is one that can be followed safely; text otherwise. */
export function link(url, label = url) {
  let safe = false;
  try {
    safe = ['http:', 'https:'].includes(new URL(url).protocol);
  } catch {
    // Not a URL.
  }
  return safe
    ? html`<a class="captured" href=${url} rel="noopener noreferrer" target="_blank">${label}</a>`
    : html`<span class="captured">${url}</span>`;
}

export function short(hash) {
  return /^[0-9a-f]{16,}$/i.test(hash) ? hash.slice(0, 10) : hash;
}

export function count(number, one, many = one + 's') {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** What went wrong, in place of what was wanted. */
export function problem(error) {
  return html`<div class="notice bad" role="alert">
    <h2>${error.title ?? 'This page failed'}</h2><p class="captured">${error.message}</p>
    ${error.status === 401 ? html`<p><a href=${'/login?next=' + encodeURIComponent(location.pathname + location.search)}>Log in</a></p>` : nothing}
    ${error.status === 404 ? html`<p><a href="/search">Search</a> for it, or go back to the <a href="/timeline">timeline</a>.</p>` : nothing}
  </div>`;
}
