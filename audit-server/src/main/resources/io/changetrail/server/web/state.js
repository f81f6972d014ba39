// SPDX-License-Identifier: Apache-2.0
// What was in force for a service at an instant, and what changed since another.
import { html, nothing } from 'lit';
import { get } from './api.js';
import * as diff from './diff.js';
import { Page } from './page.js';
import { count, short, time, typedInstant, words } from './format.js';

const MOST_FIELDS = 12;

/** The values of a state with their paths, in its order. */
export function leaves(tree, path = '') {
  if (tree === null || typeof tree !== 'object') return [[path.slice(1), tree]];
  return Object.entries(tree).flatMap(([name, value]) => leaves(value, `${path}.${name}`));
}

/** What one wants to know first: of a workload its images and replicas, of anything small all. */
export function gist(state) {
  const all = leaves(state);
  const workload = all.filter(([path]) => /(^|\.)(image|replicas)$/.test(path)).map(([path, value]) => [path.split('.').at(-1), value]);
  if (workload.some(([name]) => name === 'image')) return workload;
  return all.length <= MOST_FIELDS ? all : [];
}

class State extends Page {
  heading() {
    return this.param('service') ? html`State of <span class="captured">${this.param('service')}</span>` : 'State';
  }

  form() {
    return html`<form class="ask" @submit=${this.submit}>
      <label>service<input name="service" required .value=${this.param('service')} list="services" autocomplete="off"></label>
      <label>environment<input name="environment" .value=${this.param('environment')} list="environments" placeholder="any" size="10"></label>
      <label>at (UTC)<input name="at" .value=${this.param('at')} placeholder="now" size="22"></label>
      <label>changes since (UTC)<input name="from" .value=${this.param('from')} size="22"></label>
      <button class="first">Show</button></form>`;
  }

  load() {
    return this.param('service')
      ? get('/v1/state', {
          service: this.param('service'),
          environment: this.param('environment'),
          at: this.param('at') && typedInstant(this.param('at')),
          from: this.param('from') && typedInstant(this.param('from')),
        })
      : null;
  }

  view(answer) {
    if (answer === null) return html`<div class="sheet"><p>Name a service to see its images, configuration and flags as they were at any instant.</p></div>`;
    return html`<p class="quiet">at ${time(answer.at)}</p>
      ${answer.diff ? html`<h2>${count(answer.diff.length, 'difference')} since ${time(answer.from)}</h2>
        ${answer.diff.map((one) => html`<div class="sheet"><h3><span class="pill">${one.change}</span> ${this.name(one.target)}</h3><p class="captured">${one.summary}</p>${diff.view(one)}</div>`)}` : nothing}
      <h2>${count(answer.resources.length, 'resource')}</h2>
      ${answer.resources.length ? nothing : html`<p>No recorded event says what was in force then. State is known from the first event or baseline of a resource on.</p>`}
      ${answer.resources.map((one) => html`<div class="sheet"><h3>${this.name(one.target)}</h3>
        <p class="small quiet">since ${time(one.since)} · <span class="captured">${one.source}</span> · <span title=${`SHA-256 ${one.hash}`}>state <code>${short(one.hash)}</code></span> ${one.eventId ? html`· <a href=${'/changes/' + one.eventId}>the change</a>` : nothing}</p>
        <dl class="facts fields">${gist(one.state).map(([path, value]) => html`<dt class="captured">${path}</dt><dd><code>${diff.value(value)}</code></dd>`)}</dl>
        <details><summary>whole state</summary><pre tabindex="0">${JSON.stringify(one.state, null, 2)}</pre></details></div>`)}`;
  }

  name(target) {
    const resource = target.resource ? `${words(target.resource.kind)} ${target.resource.name}` : target.service;
    return html`<span class="captured">${resource}</span> <span class="quiet captured">${[target.environment, target.cluster, target.namespace].filter(Boolean).join(' · ')}</span>`;
  }
}

customElements.define('ct-state', State);
