// SPDX-License-Identifier: Apache-2.0
// An incident that an alert made, or a person kept: its stored answer, and what people say of the suspects.
import { html, nothing } from 'lit';
import { get, post } from './api.js';
import { Page, arrive } from './page.js';
import { span, time } from './format.js';
import * as report from './report.js';
import * as suspects from './suspects.js';

class Incident extends Page {
  static properties = { ...Page.properties, said: { state: true }, series: { state: true } };

  heading() {
    return html`<span class="captured">${this.answer?.summary ?? 'Incident'}</span>`;
  }

  id() {
    return encodeURIComponent(decodeURIComponent(location.pathname.split('/')[2]));
  }

  async load() {
    const incident = await get('/v1/correlations/' + this.id());
    if (incident.answer) this.measure(incident);
    return incident;
  }

  /** An answer is stored without the metrics that it was made of; they are asked for again. */
  async measure(incident) {
    try {
      this.series = (await post('/v1/correlate', this.question(incident))).series;
    } catch {
      // The answer stands without them.
    }
  }

  async judge(change, cause) {
    const judged = await this.latest(() => post(`/v1/correlations/${this.id()}/feedback`, { change, cause }));
    // Where the button was is another suspect now; what it came to stands above.
    if (judged) arrive();
  }

  question({ services, environments, start }) {
    return { service: services[0], ...(environments.length ? { environment: environments[0] } : {}), alertedAt: start };
  }

  again(incident) {
    const { alertedAt, ...rest } = this.question(incident);
    return new URLSearchParams({ ...rest, at: alertedAt });
  }

  view(incident) {
    const said = incident.feedback ?? [];
    const last = (change) => said.findLast((one) => change.events.includes(one.change) || one.change === change.id);
    const actions = ({ change }) => suspects.judgement((cause) => this.judge(change.id, cause), last(change));
    return html`<div class="row">${suspects.status(incident)}
        <span class="captured">${suspects.where(incident)}</span><span>${span(incident.start, incident.end)}</span></div>
      ${incident.answer
        ? html`${suspects.verdict(incident.answer)}
          <div class="row">${report.copy(incident.answer, this.question(incident), (said) => (this.said = said))}
            <a class="button" href=${'/postmortem?incident=' + this.id()}>Post-mortem</a>
            <a class="button" href=${'/investigate?' + this.again(incident)}>Ask anew</a>
            <span role="status" class="quiet captured">${this.said ?? nothing}</span></div>
          ${suspects.drawing(incident.answer, this.series ?? [])}${suspects.view(incident.answer, actions, last)}
          <p class="quiet">answered ${time(incident.answeredAt)}</p>`
        : html`<div class="notice plain"><h2>No answer</h2><p>The alert names no service, so there was nothing to ask.</p></div>`}`;
  }
}

customElements.define('ct-incident', Incident);
