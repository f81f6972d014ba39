// SPDX-License-Identifier: Apache-2.0
// Events by text, diff and facet.
import { html, nothing, svg } from 'lit';
import { get } from './api.js';
import { Page } from './page.js';
import { actorText, breaking, count, time, timeText, typedInstant, words } from './format.js';

const DAY = 86400e3;
const MOST_BARS = 120;
const FACETS = ['service', 'environment', 'kind', 'outcome', 'actor'];

function trail(event) {
  return event.data?.customData?.changetrail ?? {};
}

class Search extends Page {
  static properties = { ...Page.properties, more: { state: true } };

  heading() {
    return 'Search';
  }

  filters() {
    const filters = {};
    for (const name of new Set(this.params.keys())) {
      const values = this.params.getAll(name);
      filters[name] = ['from', 'to'].includes(name) ? values.map(typedInstant) : values;
    }
    return filters;
  }

  async load() {
    const filters = this.filters();
    const [page, facets, histogram, ...others] = await Promise.all([
      get('/v1/events', { ...filters, limit: 50 }),
      get('/v1/facets', filters),
      this.histogram(filters),
      // What else could be chosen: a facet is not narrowed by what is chosen of itself.
      ...FACETS.filter((name) => filters[name]).map((name) => get('/v1/facets', { ...filters, [name]: undefined, facet: name })),
    ]);
    const wider = Object.fromEntries(others.map((other) => [other.facets[0].field, other.facets[0]]));
    return { events: page.events, next: page.nextCursor, facets: facets.facets.map((facet) => wider[facet.field] ?? facet), histogram };
  }

  /** By day, or by hour where there are few days: as many bars as can be told apart. */
  async histogram(filters) {
    const byDay = await get('/v1/histogram', { ...filters, width: 'P1D' });
    const days = byDay.buckets.map(({ start }) => Date.parse(start));
    if (days.length && (days.at(-1) - days[0]) / DAY < 7) return { ...(await get('/v1/histogram', { ...filters, width: 'PT1H' })), step: DAY / 24 };
    const step = Math.ceil(((days.at(-1) - days[0]) / DAY + 1) / MOST_BARS) * DAY;
    const buckets = [];
    for (const { start, count: n } of byDay.buckets) {
      const at = days[0] + Math.floor((Date.parse(start) - days[0]) / step) * step;
      if (buckets.at(-1)?.start === at) buckets.at(-1).count += n;
      else buckets.push({ start: at, count: n });
    }
    return { total: byDay.total, buckets, step };
  }

  form() {
    return html`<form class="ask" @submit=${this.submit}>
      <label>words, path:spec.replicas or value:…
        <input name="q" type="search" size="36" .value=${this.param('q')} autocomplete="off"></label>
      <label>from (UTC)<input name="from" size="20" .value=${this.param('from')} placeholder="2026-11-26T00:00:00Z"></label>
      <label>to (UTC)<input name="to" size="20" .value=${this.param('to')}></label>
      <button class="first">Search</button>
      ${[...this.params].length ? html`<a href="/search">Clear</a>` : nothing}</form>
      ${this.filtered()}`;
  }

  /** What narrows the result beside the fields of the form, also where no facet shows it. */
  filtered() {
    const chosen = [...this.params].filter(([name]) => !['q', 'from', 'to'].includes(name));
    return chosen.length ? html`<ul class="row chips" aria-label="Filters">${chosen.map(([name, value]) => html`<li class="chip"><span><span class="quiet">${words(name)}</span> <span class="captured">${value}</span></span>
      <a href=${this.toggled(name, value)} aria-label=${`Without ${name} ${value}`}>×</a></li>`)}</ul>` : nothing;
  }

  toggled(name, value) {
    const changed = new URLSearchParams(this.params);
    if (changed.getAll(name).includes(value)) {
      const others = changed.getAll(name).filter((one) => one !== value);
      changed.delete(name);
      others.forEach((one) => changed.append(name, one));
    } else {
      changed.append(name, value);
    }
    return '/search' + (changed.size ? '?' + changed : '');
  }

  view({ events, next, facets, histogram }) {
    if (!events.length) {
      return html`<div class="sheet"><h3>Nothing found</h3>${[...this.params].length
        ? html`<p>No event that you may see matches all of this. Take a word or a filter away, or <a href="/search">start anew</a>.</p>`
        : html`<p>The store is empty. Record a first change:</p><pre>changetrail emit --service checkout --environment prod --summary "DNS moved"</pre><p>or <a href="/sources">see who reports</a>.</p>`}</div>`;
    }
    return html`<div class="columns">
      <div class="facets">${facets.filter((facet) => facet.values.length).map((facet) => html`<fieldset><legend>${words(facet.field)}</legend>
        ${facet.values.map(({ value, count: n }) => html`<a href=${this.toggled(facet.field, value)} aria-current=${this.params.getAll(facet.field).includes(value) ? 'true' : nothing}><span>${['kind', 'outcome'].includes(facet.field) ? words(value) : value}</span><span>${n.toLocaleString('en')}</span></a>`)}</fieldset>`)}</div>
      <div>
        <p role="status">${count(histogram.total, 'event')}</p>
        ${this.bars(histogram)}
        <div class="scroll"><table class="list"><caption class="hidden">Events found</caption>
          <thead><tr><th scope="col">when</th><th scope="col">what</th><th scope="col">where</th><th scope="col">who</th></tr></thead>
          <tbody>${events.map((event) => this.entry(event))}</tbody></table></div>
        ${next ? html`<p><button @click=${() => this.further(next)}>More</button></p>` : nothing}
      </div></div>`;
  }

  entry(event) {
    const { change = {}, targets = [], actor } = trail(event);
    const places = [...new Set(targets.map((target) => [target['service.name'], target['deployment.environment.name']].filter(Boolean).join(' · ')))];
    return html`<tr data-entry><td>${time(event.time)}</td>
      <td><a class="captured" href=${'/changes/' + event.eventid}>${change.summary || event.subject || event.id}</a>
        <div class="row"><span class="pill kind">${words(change.kind ?? event.type)}</span>${change.outcome ? html`<span class="pill ${change.outcome}">${change.outcome}</span>` : html`<span class="pill">${change.phase}</span>`}</div></td>
      <td><span class="captured">${places.slice(0, 3).join(', ')}${places.length > 3 ? ` +${places.length - 3}` : ''}</span></td>
      <td><span class="captured">${breaking(actorText(actor))}</span></td></tr>`;
  }

  bars({ buckets, step }) {
    if (buckets.length < 2) return nothing;
    const starts = buckets.map((bucket) => new Date(bucket.start).getTime());
    const span = starts.at(-1) - starts[0] + step;
    const most = Math.max(...buckets.map((bucket) => bucket.count));
    const share = (ms) => (ms / span) * 100;
    return html`<svg class="wide" height="76" role="img" aria-label="Events over time">${svg`
      ${buckets.map((bucket, i) => svg`<rect class="count" x=${share(starts[i] - starts[0]) + '%'} width=${Math.max(0.1, share(step) - 0.1) + '%'} y=${58 - (bucket.count / most) * 54} height=${(bucket.count / most) * 54}><title>${timeText(bucket.start, false)}: ${bucket.count}</title></rect>`)}
      <line class="axis" x1="0" x2="100%" y1="58" y2="58"></line>
      <text x="0" y="73">${timeText(buckets[0].start, false)}</text><text x="100%" y="73" text-anchor="end">${timeText(buckets.at(-1).start, false)}</text>`}</svg>`;
  }

  async further(cursor) {
    try {
      const page = await get('/v1/events', { ...this.filters(), limit: 50, cursor });
      // Whoever clicks twice gets the page once.
      if (this.answer.next !== cursor) return;
      this.answer = { ...this.answer, events: [...this.answer.events, ...page.events], next: page.nextCursor };
    } catch (failure) {
      this.failure = failure;
    }
  }
}

customElements.define('ct-search', Search);
