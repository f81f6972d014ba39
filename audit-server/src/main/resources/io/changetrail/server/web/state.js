// SPDX-License-Identifier: Apache-2.0
// What was in force for a service at an instant, and what changed since another.
import { html, nothing } from 'lit';
import { get } from './api.js';
import * as diff from './diff.js';
import { Page } from './page.js';
import { count, time, typedInstant, words } from './format.js';

/** Images named anywhere in a workload's state. */
export function images(tree, found = []) {
  if (tree && typeof tree === 'object') {
    for (const [name, value] of Object.entries(tree)) {
      if (name === 'image' && typeof value === 'string') found.push(value);
      else images(value, found);
    }
  }
  return found;
}

class State extends Page {
  heading() {
    return this.param('service') ? html`State of <span class="captured">${this.param('service')}</span>` : 'State';
  }

  form() {
    return html`<form class="ask" @submit=${this.submit}>
      <label>service<input name="service" required .value=${this.param('service')} autocomplete="off"></label>
      <label>environment<input name="environment" .value=${this.param('environment')} placeholder="any" size="10"></label>
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
        <p class="small quiet">since ${time(one.since)} · <span class="captured">${one.source}</span> ${one.eventId ? html`· <a href=${'/changes/' + one.eventId}>the change</a>` : nothing}</p>
        ${images(one.state).map((image) => html`<p>image <code class="captured">${image}</code></p>`)}
        <details><summary>whole state</summary><pre tabindex="0">${JSON.stringify(one.state, null, 2)}</pre></details></div>`)}`;
  }

  name(target) {
    const resource = target.resource ? `${words(target.resource.kind)} ${target.resource.name}` : target.service;
    return html`<span class="captured">${resource}</span> <span class="quiet captured">${[target.environment, target.cluster, target.namespace].filter(Boolean).join(' · ')}</span>`;
  }
}

customElements.define('ct-state', State);
