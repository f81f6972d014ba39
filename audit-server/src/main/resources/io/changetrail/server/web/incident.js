// SPDX-License-Identifier: Apache-2.0
// An incident that an alert made: its stored answer, and what people say of the suspects.
import { html, nothing } from 'lit';
import { get, post } from './api.js';
import { Page } from './page.js';
import { span, time } from './format.js';
import * as suspects from './suspects.js';

class Incident extends Page {
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

  view(incident) {
    const said = incident.feedback ?? [];
    const actions = ({ change }) => {
      const last = said.findLast((one) => change.events.includes(one.change) || one.change === change.id);
      return html`<div class="row">
        <button aria-pressed=${last?.cause === true} @click=${() => this.judge(change.id, true)}>It was this</button>
        <button aria-pressed=${last?.cause === false} @click=${() => this.judge(change.id, false)}>Not this</button>
        ${last ? html`<span class="quiet small">said by <span class="captured">${last.by}</span> ${time(last.at)}</span>` : nothing}</div>`;
    };
    return html`<div class="row"><span class="pill ${incident.status === 'firing' ? 'failure' : 'success'}">${incident.status}</span>
        <span class="captured">${suspects.where(incident)}</span><span>${span(incident.start, incident.end)}</span></div>
      ${incident.answer
        ? html`${suspects.verdict(incident.answer)}<div class="sheet">${suspects.strip(incident.answer)}</div>${suspects.view(incident.answer, actions)}
          <p class="quiet">answered ${time(incident.answeredAt)}</p>`
        : html`<div class="notice plain"><h2>No answer</h2><p>The alert names no service, so there was nothing to ask.</p></div>`}`;
  }
}

customElements.define('ct-incident', Incident);
