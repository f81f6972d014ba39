// SPDX-License-Identifier: Apache-2.0
// An alert → ranked suspects with their evidence.
import { html, nothing } from 'lit';
import { get, post } from './api.js';
import { Page, go } from './page.js';
import { span } from './format.js';
import { chooser, metrics, question, take, times } from './question.js';
import * as report from './report.js';
import * as suspects from './suspects.js';

class Investigate extends Page {
  static properties = { ...Page.properties, said: { state: true } };

  heading() {
    return this.param('service') ? html`What broke <span class="captured">${this.param('service')}</span>?` : 'What broke?';
  }

  load() {
    this.asked = new Date().toISOString();
    return this.param('service') ? post('/v1/correlate', question(this.params)) : get('/v1/correlations');
  }

  form() {
    return html`<form class="ask" @submit=${this.submit}>
      <label>service<input name="service" required .value=${this.param('service')} list="services" autocomplete="off"></label>
      <label>environment<input name="environment" .value=${this.param('environment')} list="environments" placeholder="any" size="10"></label>
      <label>alert fired at (UTC)<input name="at" .value=${this.param('at')} placeholder="now, or 2026-11-26T02:11Z" size="22"></label>
      <label>after it held for<input name="for" .value=${this.param('for')} placeholder="PT5M" size="8"></label>
      <label>signal<input name="signal" .value=${this.param('signal')} placeholder="error_rate" size="12"></label>
      <button class="first">Find the change</button></form>`;
  }

  async take(file) {
    try {
      await take(file, this.param('service'), this.param('signal'));
      this.said = '';
      await this.reload();
    } catch (error) {
      this.said = `The file cannot be read: ${error.message}`;
    }
    this.requestUpdate();
  }

  view(answer) {
    if (answer.correlations) {
      return html`${answer.correlations.length ? html`<h2>Latest incidents</h2><div class="scroll"><table class="list"><caption class="hidden">Incidents</caption>
        <thead><tr><th scope="col">when</th><th scope="col">what</th><th scope="col">where</th><th scope="col">state</th></tr></thead>
        <tbody>${answer.correlations.map((one) => html`<tr data-entry><td>${span(one.start, one.end)}</td><td><a class="captured" href=${'/incidents/' + encodeURIComponent(one.id)}>${one.summary}</a></td>
          <td><span class="captured">${suspects.where(one)}</span></td><td>${suspects.status(one)}</td></tr>`)}</tbody></table></div>` : nothing}
        <div class="sheet"><p>Name the service of the alert and when it fired. An alert can link here:</p>
        <pre>/investigate?service=checkout&amp;environment=prod&amp;at=2026-11-26T02:11:00Z</pre></div>`;
    }
    const service = this.param('service');
    const own = metrics(service);
    return html`${suspects.verdict(answer)}
      <div class="row">${report.copy(answer, question(this.params), (said) => (this.said = said))}
        <a class="button" href=${'/postmortem?' + this.params}>Post-mortem</a>
        ${chooser(service, (file) => this.take(file))}
        <span role="status" class="quiet captured">${this.said ?? nothing}</span></div>
      ${suspects.drawing(answer, own.length ? own : answer.series, times(service))}
      ${suspects.view(answer, ({ change }) => suspects.judgement((cause) => this.judge(change.id, cause)))}`;
  }

  /** What people say is kept with an incident, so that the question becomes one. */
  async judge(change, cause) {
    try {
      const { id } = await post('/v1/correlations', { alertedAt: this.asked, ...question(this.params) });
      await post(`/v1/correlations/${id}/feedback`, { change, cause });
      go('/incidents/' + id);
    } catch (failure) {
      this.failure = failure;
    }
  }
}

customElements.define('ct-investigate', Investigate);
