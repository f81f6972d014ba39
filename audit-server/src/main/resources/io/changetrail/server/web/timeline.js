// SPDX-License-Identifier: Apache-2.0
// Changes by service on one axis of time, with a metric above on the same axis.
import { LitElement, html, nothing } from 'lit';
import { Problem, follow, get, post } from './api.js';
import { Page, go } from './page.js';
import { parseSeries, plotted } from './plot.js';
import { actorText, breaking, count, outcome, span, ticks, typedInstant, words } from './format.js';
import { where } from './suspects.js';

const MOST = 10_000;
const LANE = 30;
const RIGHT = 8;
const TOP = 22;

const COLORS = {
  deployment: ['#1a56b0', '#86b4ff'],
  config: ['#7a3fa0', '#cf9df0'],
  feature_flag: ['#b35309', '#ffab66'],
  other: ['#4d6470', '#9fb8c4'],
};

function css(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const dark = matchMedia('(prefers-color-scheme: dark)');

function color(kind) {
  return (COLORS[kind] ?? COLORS.other)[dark.matches ? 1 : 0];
}

/** How much is left of the axis of time for the names of services. */
function gutter() {
  return innerWidth < 600 ? 88 : 136;
}

/** Lanes of changes, drawn: thousands of elements would not scroll smoothly. */
class Lanes extends LitElement {
  static properties = {
    changes: { attribute: false },
    range: { attribute: false }, // [epoch ms, epoch ms]
    tip: { state: true },
  };

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.watch = new ResizeObserver(() => this.draw());
    dark.addEventListener('change', this);
    this.updateComplete.then(() => this.isConnected && this.watch.observe(this.querySelector('canvas')));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.watch.disconnect();
    dark.removeEventListener('change', this);
  }

  /** The colours of the page are others now. */
  handleEvent() {
    this.draw();
  }

  render() {
    return html`<div class="lanes">
      <canvas role="img" aria-label=${`${this.changes.length} changes by service; the table below lists them`}
        @pointermove=${this.move} @pointerleave=${this.leave} @pointerdown=${this.press} @pointerup=${this.release} @wheel=${this.wheel}></canvas>
      <div class="brush" hidden></div>
      ${this.tip ? html`<div class="tip"><b class="captured">${this.tip.summary || this.tip.id}</b><br>${span(this.tip.start, this.tip.end)}<br><span class="captured">${where(this.tip)}</span></div>` : nothing}
    </div>`;
  }

  willUpdate(changed) {
    if (!changed.has('changes')) return;
    const busy = new Map();
    for (const change of this.changes) {
      const start = Date.parse(change.start);
      const one = { change, start, end: change.end ? Date.parse(change.end) : start };
      for (const service of change.services.length ? change.services : ['(no service)']) {
        if (!busy.has(service)) busy.set(service, []);
        busy.get(service).push(one);
      }
    }
    const ordered = [...busy].sort((a, b) => b[1].length - a[1].length || a[0].localeCompare(b[0], 'en', { numeric: true }));
    this.lanes = ordered.slice(0, 24);
    if (ordered.length > 24) this.lanes.push([`${ordered.length - 24} others`, ordered.slice(24).flatMap(([, all]) => all)]);
  }

  updated(changed) {
    if (changed.has('changes') || changed.has('range')) this.draw();
    if (this.tip) {
      const box = this.querySelector('.tip');
      const width = this.clientWidth;
      box.style.left = `${Math.max(0, Math.min(this.spot.x + 12, width - box.offsetWidth - 4))}px`;
      box.style.top = `${this.spot.y + 14}px`;
    }
  }

  x(ms) {
    const [from, to] = this.range;
    return this.left + ((ms - from) / (to - from)) * (this.width - this.left - RIGHT);
  }

  instant(x) {
    const [from, to] = this.range;
    return from + ((x - this.left) / (this.width - this.left - RIGHT)) * (to - from);
  }

  draw() {
    const canvas = this.querySelector('canvas');
    if (!canvas || !this.lanes) return;
    const height = TOP + this.lanes.length * LANE + 6;
    canvas.style.height = `${height}px`;
    this.width = canvas.clientWidth;
    this.left = gutter();
    canvas.width = this.width * devicePixelRatio;
    canvas.height = height * devicePixelRatio;
    const pen = canvas.getContext('2d');
    pen.scale(devicePixelRatio, devicePixelRatio);
    pen.font = '12px system-ui, sans-serif';
    const [line, ink, quiet, sheet] = ['--line', '--ink', '--quiet', '--sheet'].map(css);
    for (const { at, label } of ticks(this.range, Math.max(2, Math.round((this.width - this.left) / 75)))) {
      const x = this.x(at);
      pen.fillStyle = line;
      pen.fillRect(x, TOP - 4, 1, height);
      pen.fillStyle = quiet;
      pen.textAlign = x > this.width - 40 ? 'right' : x < this.left + 40 ? 'left' : 'center';
      pen.fillText(label, x, 12);
    }
    this.spots = [];
    pen.textAlign = 'left';
    this.lanes.forEach(([service, changes], i) => {
      const y = TOP + i * LANE;
      pen.fillStyle = line;
      pen.fillRect(0, y + LANE - 1, this.width, 1);
      pen.fillStyle = ink;
      pen.fillText(fitting(pen, service, this.left - 16), 4, y + 19);
      // Marks on the same pixel hide each other: of thousands those that can be seen are drawn.
      const drawn = new Set();
      for (const { change, start, end } of changes) {
        const from = this.x(start);
        const to = this.x(end);
        if (to < this.left || from > this.width) continue;
        this.spots.push({ change, from: from - 5, to: Math.max(to, from) + 5, y });
        const look = `${Math.round(from)} ${Math.round(to)} ${change.kind} ${failed(change)}`;
        if (drawn.has(look)) continue;
        drawn.add(look);
        mark(pen, change, Math.max(this.left, from), Math.min(this.width, to), y + LANE / 2, sheet);
      }
    });
  }

  find({ x, y }) {
    return this.spots?.findLast((spot) => x >= spot.from && x <= spot.to && y >= spot.y && y < spot.y + LANE)?.change;
  }

  /** Dragging moves an element over the drawing, which is not drawn anew for it. */
  brush() {
    const box = this.querySelector('.brush');
    box.hidden = this.pressed === undefined;
    if (box.hidden) return;
    const [from, to] = [this.pressed, this.spot.x].map((x) => Math.min(this.width - RIGHT, Math.max(this.left, x))).sort((a, b) => a - b);
    box.style.left = `${from}px`;
    box.style.width = `${to - from}px`;
  }

  move(event) {
    this.spot = { x: event.offsetX, y: event.offsetY };
    if (this.pressed !== undefined) {
      this.brush();
      return;
    }
    this.tip = this.find(this.spot);
    event.target.style.cursor = this.tip ? 'pointer' : 'crosshair';
    if (this.tip) this.requestUpdate();
  }

  leave() {
    this.tip = undefined;
    this.pressed = undefined;
    this.brush();
  }

  press(event) {
    this.pressed = event.offsetX;
    this.spot = { x: event.offsetX, y: event.offsetY };
    this.tip = undefined;
  }

  release(event) {
    const from = this.pressed;
    this.pressed = undefined;
    if (from === undefined) return;
    this.brush();
    if (Math.abs(event.offsetX - from) > 6) {
      this.tell([from, event.offsetX].sort((a, b) => a - b).map((x) => this.instant(Math.max(this.left, x))));
      return;
    }
    const change = this.find({ x: event.offsetX, y: event.offsetY });
    if (change) go('/changes/' + change.id);
  }

  /** With a modifier only: a wheel alone scrolls the page. */
  wheel(event) {
    if (!event.ctrlKey && !event.shiftKey) return;
    event.preventDefault();
    const by = (event.deltaY || event.deltaX) > 0 ? 1.4 : 1 / 1.4;
    const here = this.instant(event.offsetX);
    this.tell(this.range.map((at) => here + (at - here) * by));
  }

  tell(range) {
    this.dispatchEvent(new CustomEvent('range', { detail: range }));
  }
}

function failed({ outcome }) {
  return Boolean(outcome) && outcome !== 'success';
}

/** Text that is no wider, with an ellipsis where it was cut. */
function fitting(pen, text, width) {
  if (pen.measureText(text).width <= width) return text;
  let length = Math.min(text.length, 64);
  while (length > 1 && pen.measureText(text.slice(0, length) + '…').width > width) length--;
  return text.slice(0, length) + '…';
}

/** Kind by colour, outcome by shape: full, hollow if it failed or is not known to have ended. */
function mark(pen, change, from, to, y, rim) {
  pen.fillStyle = pen.strokeStyle = color(change.kind);
  pen.lineWidth = 2;
  pen.beginPath();
  if (to - from > 9) pen.roundRect(from, y - 6, to - from, 12, 4);
  else if (failed(change)) pen.rect(from - 5, y - 5, 10, 10);
  else pen.arc(from, y, 5.5, 0, 7);
  if (!failed(change)) {
    pen.fill();
    // A rim tells many marks side by side from one that lasts.
    pen.strokeStyle = rim;
    pen.lineWidth = 1;
    pen.stroke();
    return;
  }
  pen.stroke();
  pen.beginPath();
  pen.moveTo(from - 4, y - 4);
  pen.lineTo(from + 4, y + 4);
  pen.moveTo(from + 4, y - 4);
  pen.lineTo(from - 4, y + 4);
  pen.stroke();
}

customElements.define('ct-lanes', Lanes);

const KINDS = ['deployment', 'config', 'feature_flag', 'infrastructure', 'schema', 'secret_rotation', 'permission', 'scale', 'operation', 'manual'];
const OUTCOMES = ['success', 'failure', 'aborted', 'denied', 'unknown'];
const SPANS = { '1 h': 3600e3, '6 h': 6 * 3600e3, '24 h': 86400e3, '7 d': 7 * 86400e3 };
const given = { series: undefined };

/** In ms: how soon what came is asked for, how soon again where that failed, and how long the stream is waited for. */
const SOON = 500;
const LATER = 3000;
const PATIENCE = 1000;

class Timeline extends Page {
  static properties = { ...Page.properties, live: { state: true }, said: { state: true } };

  heading() {
    return 'Timeline';
  }

  range() {
    const at = (name) => Date.parse(typedInstant(this.param(name)));
    const to = this.param('to') ? at('to') : Date.now();
    const from = this.param('from') ? at('from') : to - 86400e3;
    if (Number.isNaN(from) || Number.isNaN(to)) {
      throw new Problem(400, 'No such time', 'Write from and to as 2026-11-26T02:00Z.');
    }
    return [from, to];
  }

  async load() {
    // What comes once it is followed is told; asked before, what came in between would be missed.
    await this.followed;
    return this.movedSince(this.range()[0]);
  }

  reload() {
    this.loading = super.reload();
    return this.loading;
  }

  /** What moved since a time, newest first; of too many the newest. */
  async movedSince(time) {
    const filters = Object.fromEntries([...this.params].filter(([name]) => !['from', 'to'].includes(name)));
    const from = new Date(time).toISOString();
    // Up to now is without an end: the clock of the browser may be behind the server's.
    const to = this.param('to') && new Date(this.range()[1]).toISOString();
    const changes = [];
    let cursor;
    do {
      const page = await get('/v1/changes', { ...filters, from, to, limit: MOST - changes.length, cursor });
      changes.push(...page.changes);
      cursor = page.nextCursor;
    } while (cursor && changes.length < MOST);
    return { changes, cut: Boolean(cursor) };
  }

  connectedCallback() {
    if (!this.param('to')) this.followed = this.follow();
    super.connectedCallback();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.due);
    this.stop?.();
  }

  /** Follows what is stored from now on; settled once that has begun, or is not to be waited for. */
  follow() {
    this.since = Infinity;
    return new Promise((settled) => {
      this.stop = follow(
        (time) => this.heard(time),
        (live, refused) => {
          // What came while the server was away; or why it lets nobody follow, such as a session's end.
          if (this.live !== undefined && (refused || (live && !this.live))) this.reload();
          this.live = live;
          settled();
        },
      );
      setTimeout(() => {
        this.live ??= false;
        settled();
      }, PATIENCE);
    });
  }

  /** Of an event with this time. */
  heard(time) {
    this.since = Math.min(this.since, time);
    // Not put off by the next one: where events never pause, that would be for ever.
    this.due ??= setTimeout(() => this.catchUp(), SOON);
  }

  /** One at a time, and never beside the question for everything: the older answer may come last. */
  async catchUp() {
    const since = this.since;
    this.since = Infinity;
    let pause = SOON;
    try {
      await this.loading;
      if (this.answer) await this.takeIn(since);
      else await this.reload();
    } catch (failure) {
      this.failure = failure;
      this.since = Math.min(this.since, since);
      pause = LATER;
    }
    this.due = this.isConnected && this.since < Infinity ? setTimeout(() => this.catchUp(), pause) : undefined;
  }

  /** Takes in what events since that time made of the changes; nothing else can have altered. */
  async takeIn(since) {
    const [from] = this.range();
    const { changes: moved } = await this.movedSince(Math.max(from, since));
    const events = new Set(moved.flatMap((one) => one.events));
    const others = this.answer.changes.filter((one) => Date.parse(one.end ?? one.start) >= from && !one.events.some((event) => events.has(event)));
    const changes = [...moved, ...others].sort((a, b) => Date.parse(b.start) - Date.parse(a.start));
    this.answer = { changes: changes.slice(0, MOST), cut: this.answer.cut || changes.length > MOST };
    this.failure = undefined;
  }

  to(changes) {
    const next = new URLSearchParams(this.params);
    for (const [name, value] of Object.entries(changes)) {
      if (value) next.set(name, value);
      else next.delete(name);
    }
    go('/timeline?' + next);
  }

  form() {
    return html`<form class="ask" @submit=${this.submit}>
      <label>service<input name="service" .value=${this.param('service')} list="services" autocomplete="off" placeholder="all" size="12"></label>
      <label>environment<input name="environment" list="environments" autocomplete="off" .value=${this.param('environment')} placeholder="all" size="9"></label>
      ${this.choice('kind', KINDS)}${this.choice('outcome', OUTCOMES)}
      <label>from (UTC)<input name="from" .value=${this.param('from')} placeholder="24 h ago" size="19"></label>
      <label>to (UTC)<input name="to" .value=${this.param('to')} placeholder="now" size="19"></label>
      <button class="first">Show</button>
      <span class="row">${Object.entries(SPANS).map(([label, ms]) => html`<button type="button" @click=${() => this.to({ from: new Date(this.range()[1] - ms).toISOString() })}>${label}</button>`)}
        <button type="button" @click=${() => this.zoom(2)}>Zoom out</button></span></form>`;
  }

  choice(name, values) {
    const chosen = this.param(name);
    return html`<label>${name}<select name=${name}>
      <option value="">all</option>
      ${[...new Set([...values, ...(chosen ? [chosen] : [])])].map((value) => html`<option value=${value} ?selected=${value === chosen}>${words(value)}</option>`)}</select></label>`;
  }

  zoom(by) {
    const [from, to] = this.range();
    const more = ((to - from) * (by - 1)) / 2;
    this.show([from - more, to + more]);
  }

  show([from, to]) {
    this.to({ from: new Date(from).toISOString(), to: new Date(Math.max(to, from + 1000)).toISOString() });
  }

  async take(file) {
    try {
      given.series = file ? parseSeries(await file.text(), this.param('service') || file.name, 'value')[0] : undefined;
      this.said = '';
    } catch (error) {
      this.said = `The file cannot be read: ${error.message}`;
    }
    this.requestUpdate();
  }

  /** What the server's Prometheus has of the service that is shown. */
  async ask() {
    const [from, to] = this.range();
    const service = this.param('service');
    try {
      const { series, notes } = await post('/v1/correlate', {
        service,
        ...(this.param('environment') ? { environment: this.param('environment') } : {}),
        alertedAt: new Date(Math.min(to, Date.now())).toISOString(),
        lookback: `PT${Math.ceil((to - from) / 1e3)}S`,
      });
      given.series = series[0];
      this.said = series.length ? '' : ['Prometheus gave no series of this service.', ...notes].join(' ');
    } catch (failure) {
      this.said = failure.message;
    }
    this.requestUpdate();
  }

  view({ changes, cut }) {
    const range = this.range();
    const shown = changes.slice(0, 300);
    return html`
      <div class="row"><span role="status">${count(changes.length, 'change')}${cut ? ' (the newest; show a shorter span for the rest)' : ''}</span>
        ${this.live === undefined ? nothing : html`<span class="pill live ${this.live ? 'success' : 'unknown'}">${this.live ? 'live' : 'waiting for the server'}</span>`}
        ${this.param('service') ? html`<button class="push" @click=${this.ask}>Its metric above</button>` : nothing}
        <label class="file button ${this.param('service') ? '' : 'push'}">Draw a metric from a file<input type="file" accept=".json,.csv,.txt" @change=${(event) => this.take(event.target.files[0])}></label>
        ${given.series ? html`<button @click=${() => this.take()}>Take the metric away</button>` : nothing}</div>
      ${this.said ? html`<p class="captured">${this.said}</p>` : nothing}
      <div class="sheet">
        ${given.series ? html`<ct-plot .series=${plotted(given.series)} .range=${range} .gutter=${gutter()} .marks=${changes.slice(0, 200).map((change) => ({ at: Date.parse(change.start), label: '', color: color(change.kind) }))}></ct-plot>` : nothing}
        <ct-lanes .changes=${changes} .range=${range} @range=${(event) => this.show(event.detail)}></ct-lanes>
        <p class="legend">${['deployment', 'config', 'feature_flag', 'other'].map((kind) => html`<span>${dot(kind)} ${words(kind)}</span>`)}<span>crossed: failed or outcome unknown</span><span>drag to zoom, or Ctrl and wheel</span></p>
      </div>
      ${changes.length ? html`<div class="scroll"><table class="list"><caption class="hidden">Changes, newest first</caption>
        <thead><tr><th scope="col">when</th><th scope="col">what</th><th scope="col">where</th><th scope="col">who</th></tr></thead>
        <tbody>${shown.map((change) => html`<tr data-entry><td>${span(change.start, change.end)}</td>
          <td><a class="captured" href=${'/changes/' + change.id}>${change.summary || change.id}</a><div class="row">${outcome(change)}</div></td>
          <td><span class="captured">${where(change)}</span></td><td><span class="captured">${breaking(actorText(change.actor))}</span></td></tr>`)}</tbody></table></div>
        ${changes.length > shown.length ? html`<p class="quiet">The ${shown.length} newest are listed; all ${changes.length.toLocaleString('en')} are drawn above.</p>` : nothing}`
        : html`<div class="sheet"><h3>No change in this span</h3><p>Show a longer one, see <a href="/sources">who reports</a>, or record a first change:</p><pre>changetrail emit --service checkout --environment prod --summary "DNS moved"</pre></div>`}`;
  }
}

function dot(kind) {
  // By attribute: the policy of the page allows no style in markup.
  return html`<svg viewBox="0 0 10 10" aria-hidden="true"><circle cx="5" cy="5" r="5" fill=${color(kind)}></circle></svg>`;
}

customElements.define('ct-timeline', Timeline);
