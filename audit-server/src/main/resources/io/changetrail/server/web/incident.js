// SPDX-License-Identifier: Apache-2.0
// An incident that an alert made, or a person kept: its stored answer, and what people say of the suspects.
import { html, nothing } from 'lit';
import { get, post } from './api.js';
import { Page } from './page.js';
import { span, time } from './format.js';
import * as report from './report.js';
import * as suspects from './suspects.js';

class Incident extends Page {
  static properties = { ...Page.properties, said: { state: true } };

  heading() {
    return html`<span class="captured">${this.answer?.summary ?? 'Incident'}</span>`;
  }

  id() {
    return encodeURIComponent(decodeURIComponent(location.pathname.split('/')[2]));
  }

  load() {
    return get('/v1/correlations/' + this.id());
  }

  async judge(change, cause) {
    try {
      this.answer = await post(`/v1/correlations/${this.id()}/feedback`, { change, cause });
    } catch (failure) {
      this.failure = failure;
    }
  }

  question({ services, environments, start }) {
    return { service: services[0], ...(environments.length ? { environment: environments[0] } : {}), alertedAt: start };
  }

  again(incident) {
    const { service, environment, alertedAt } = this.question(incident);
    return new URLSearchParams({ service, ...(environment ? { environment } : {}), at: alertedAt });
  }

  view(incident) {
    const said = incident.feedback ?? [];
    const actions = ({ change }) => {
      const last = said.findLast((one) => change.events.includes(one.change) || one.change === change.id);
      return suspects.judgement((cause) => this.judge(change.id, cause), last);
    };
    return html`<div class="row">${suspects.status(incident)}
        <span class="captured">${suspects.where(incident)}</span><span>${span(incident.start, incident.end)}</span></div>
      ${incident.answer
        ? html`${suspects.verdict(incident.answer)}
          <div class="row">${report.buttons(incident.answer, this.question(incident), (said) => (this.said = said), (failure) => (this.failure = failure))}
            <a class="button" href=${'/investigate?' + this.again(incident)}>Ask anew</a>
            <span role="status" class="quiet captured">${this.said ?? nothing}</span></div>
          <div class="sheet">${suspects.strip(incident.answer)}</div>${suspects.view(incident.answer, actions)}
          <p class="quiet">answered ${time(incident.answeredAt)}</p>`
        : html`<div class="notice plain"><h2>No answer</h2><p>The alert names no service, so there was nothing to ask.</p></div>`}`;
  }
}

customElements.define('ct-incident', Incident);
