// SPDX-License-Identifier: Apache-2.0
// One change: who, what, when, where, from which commit, and everything that observed it.
import { html, nothing } from 'lit';
import { get } from './api.js';
import * as diff from './diff.js';
import { Page } from './page.js';
import { actor, count, link, outcome, short, span, time, words } from './format.js';
import { where } from './suspects.js';

/** As many as are read and shown of what observed a change, and of a stage of its chain. */
const MOST_EVENTS = 50;
const MOST_STEPS = 12;
const STAGES = ['commit', 'build', 'artifact', 'deployment', 'config', 'feature_flag', 'incident', 'other'];

function trail(event) {
  return event.data?.customData?.changetrail ?? {};
}

class Change extends Page {
  heading() {
    return html`<span class="captured">${this.answer?.change.summary || 'Change'}</span>`;
  }

  async load() {
    const id = decodeURIComponent(location.pathname.split('/')[2]);
    const change = await get(`/v1/changes/${encodeURIComponent(id)}`);
    const [lineage, ...events] = await Promise.all([
      get('/v1/lineage', { event: change.id }),
      ...change.events.slice(0, MOST_EVENTS).map((event) => get(`/v1/events/${event}`)),
    ]);
    return { change, events, lineage };
  }

  view({ change, events, lineage }) {
    const vcs = events.map(trail).find((one) => one['vcs.ref.head.revision']) ?? {};
    const urls = Object.assign({}, ...events.map((event) => trail(event).urls ?? {}));
    const reason = events.map((event) => trail(event).change ?? {}).find((one) => one.reason || one.ticket) ?? {};
    const states = events.map((event) => [event, trail(event).change ?? {}]).filter(([, one]) => one.patch || one.before || one.after);
    const at = change.end ?? change.start;
    return html`
      <div class="row">${outcome(change)}<span class="captured">${where(change)}</span>
        ${change.services.slice(0, 3).map((service) => html`<a class="button" href=${'/investigate?' + new URLSearchParams({ service, at: new Date(Date.parse(at) + 600e3).toISOString() })}>What did it do to ${service}?</a>`)}</div>
      <div class="sheet"><dl class="facts">
        <dt>when</dt><dd>${span(change.start, change.end)}</dd>
        <dt>who</dt><dd>${actor(change.actor)}</dd>
        ${reason.reason ? html`<dt>why</dt><dd class="captured">${reason.reason}</dd>` : nothing}
        ${reason.ticket ? html`<dt>ticket</dt><dd>${link(reason.ticket)}</dd>` : nothing}
        <dt>where</dt><dd>${change.targets.map((target) => html`<div class="captured">${[target.service, target.environment, target.cluster, target.namespace, target.resource ? `${target.resource.kind} ${target.resource.name}` : ''].filter(Boolean).join(' · ')}</div>`)}</dd>
        ${change.exposure?.length ? html`<dt>reached</dt><dd>${change.exposure.map((step) => html`<div>${step.rollout} % <a class="quiet" href=${'/changes/' + step.event}>${time(step.time)}</a></div>`)}</dd>` : nothing}
        ${change.revision ? html`<dt>commit</dt><dd><code class="captured">${change.revision}</code> <span class="captured">${vcs['vcs.commit.message'] ?? nothing}</span> ${vcs['vcs.compare.url.full'] ? link(vcs['vcs.compare.url.full'], 'compare') : nothing}</dd>` : nothing}
        ${change.buildUrl ? html`<dt>build</dt><dd>${link(change.buildUrl)}</dd>` : nothing}
        ${change.digest ? html`<dt>image</dt><dd><code class="captured">${change.digest}</code></dd>` : nothing}
        ${Object.entries(change.links ?? {}).map(([name, url]) => html`<dt>${words(name)}</dt><dd>${link(url, 'open for this window')}</dd>`)}
        ${Object.entries(urls).map(([name, url]) => html`<dt>${words(name)}</dt><dd>${link(url)}</dd>`)}
      </dl></div>
      ${states.length ? html`<h2>What changed</h2>${states.map(([event, state]) => html`<div class="sheet"><p class="small quiet">${time(event.time)} · <span class="captured">${event.source}</span></p>${diff.view(state)}</div>`)}` : nothing}
      <h2>Where it comes from, and what came of it</h2>${this.lineage(lineage)}
      <h2>${count(change.events.length, 'event')} observed it</h2>
      <p class="quiet captured">${change.reason}${change.events.length > events.length ? `; the first ${events.length} are shown` : ''}</p>
      ${events.map((event) => html`<details class="sheet"><summary>${time(event.time)} <span class="captured">${event.type}</span> <span class="quiet captured">${event.source}</span></summary><pre tabindex="0">${JSON.stringify(event, null, 2)}</pre></details>`)}`;
  }

  lineage({ steps, missing }) {
    const of = (stage) => steps.filter((step) => step.stage === stage);
    const present = STAGES.filter((stage) => steps.some((step) => step.stage === stage));
    const gaps = missing.map((text) => text.split(':', 1)[0]);
    return html`<ol class="lineage" tabindex="0" aria-label="Chain from commit to incident">
      ${STAGES.filter((stage) => present.includes(stage) || gaps.includes(stage)).map((stage) => html`<li class=${present.includes(stage) ? '' : 'missing'}><b>${stage === 'other' ? 'change' : words(stage)}</b>
        ${present.includes(stage)
          ? html`<ul>${of(stage).slice(0, MOST_STEPS).map(({ event, relation }) => html`<li><a class="captured" href=${'/changes/' + event.eventid}>${trail(event).change?.summary || short(event.id)}</a><br><span class="small quiet">${time(event.time)}, ${relation}</span></li>`)}${of(stage).length > MOST_STEPS ? html`<li class="quiet">and ${of(stage).length - MOST_STEPS} more</li>` : nothing}</ul>`
          : html`<p class="quiet">missing</p>`}</li>`)}</ol>
      ${missing.length ? html`<ul class="quiet">${missing.map((text) => html`<li class="captured">${text}</li>`)}</ul>` : nothing}`;
  }
}

customElements.define('ct-change', Change);
