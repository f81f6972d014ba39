// SPDX-License-Identifier: Apache-2.0
// An alert → ranked suspects with their evidence.
import { html, nothing } from 'lit';
import { get, post } from './api.js';
import { Page, go } from './page.js';
import { span, typedInstant } from './format.js';
import { parseSeries, plotted } from './plot.js';
import * as report from './report.js';
import * as suspects from './suspects.js';

/** Given by file, and so not part of the address; kept while one stays on these pages. */
const given = { series: [] };

class Investigate extends Page {
  static properties = { ...Page.properties, said: { state: true } };

  heading() {
    return this.param('service') ? html`What broke <span class="captured">${this.param('service')}</span>?` : 'What broke?';
  }

  question() {
    const question = { service: this.param('service') };
    for (const name of ['environment', 'signal', 'for', 'lookback']) {
      if (this.param(name)) question[name] = this.param(name);
    }
    if (this.param('at')) question.alertedAt = typedInstant(this.param('at'));
    if (given.series.length) question.series = given.series;
    return question;
  }

  load() {
    this.asked = new Date().toISOString();
    return this.param('service') ? post('/v1/correlate', this.question()) : get('/v1/correlations');
  }

  form() {
    return html`<form class="ask" @submit=${this.submit}>
      <label>service<input name="service" required .value=${this.param('service')} autocomplete="off"></label>
      <label>environment<input name="environment" .value=${this.param('environment')} placeholder="any" size="10"></label>
      <label>alert fired at (UTC)<input name="at" .value=${this.param('at')} placeholder="now, or 2026-11-26T02:11Z" size="22"></label>
      <label>after it held for<input name="for" .value=${this.param('for')} placeholder="PT5M" size="8"></label>
      <label>signal<input name="signal" .value=${this.param('signal')} placeholder="error_rate" size="12"></label>
      <button class="first">Find the change</button></form>`;
  }

  async take(event) {
    const [file] = event.target.files;
    try {
      given.series = file ? parseSeries(await file.text(), this.param('service'), this.param('signal') || 'value') : [];
      this.said = file ? `${given.series.length} series taken from ${file.name}` : '';
      if (this.param('service')) await this.reload();
    } catch (error) {
      given.series = [];
      this.said = `The file cannot be read: ${error.message}`;
    }
  }

  view(answer) {
    if (answer.correlations) {
      return html`${answer.correlations.length ? html`<h2>Latest incidents</h2><div class="scroll"><table class="list"><caption class="hidden">Incidents</caption>
        <thead><tr><th scope="col">when</th><th scope="col">what</th><th scope="col">where</th><th scope="col">state</th></tr></thead>
        <tbody>${answer.correlations.map((one) => html`<tr data-entry><td>${span(one.start, one.end)}</td><td><a class="captured" href=${'/incidents/' + encodeURIComponent(one.id)}>${one.summary}</a></td>
          <td><span class="captured">${suspects.where(one)}</span></td><td>${suspects.status(one)}</td></tr>`)}</tbody></table></div>` : nothing}
        <div class="sheet"><p>Name the service of the alert and when it fired. An alert can link here:
        <code>/investigate?service=checkout&amp;environment=prod&amp;at=2026-11-26T02:11:00Z</code></p></div>`;
    }
    const onset = [Date.parse(answer.onset.earliest), Date.parse(answer.onset.latest)];
    const drawn = given.series.length ? given.series : answer.series;
    // What Prometheus was asked for spans the whole lookback; what a person brought is shown whole.
    const near = suspects.around(answer);
    const brought = given.series.flatMap((series) => plotted(series).points.map(([at]) => at * 1e3));
    const range = [brought.reduce((a, b) => Math.min(a, b), near[0]), brought.reduce((a, b) => Math.max(a, b), near[1])];
    const marks = answer.suspects.slice(0, 5).map((one, i) => ({ at: Date.parse(one.change.start), label: String(i + 1) }));
    return html`${suspects.verdict(answer)}
      <div class="row">${report.buttons(answer, this.question(), (said) => (this.said = said), (failure) => (this.failure = failure))}
        <label class="file button">Judge a metric from a file<input type="file" accept=".json,.csv,.txt" @change=${this.take}></label>
        <span role="status" class="quiet captured">${this.said ?? nothing}</span></div>
      <div class="sheet">${suspects.strip(answer, range, drawn.length > 0)}
        ${drawn.slice(0, 3).map((series) => html`<ct-plot .series=${plotted(series)} .range=${range} .marks=${marks} .band=${onset}></ct-plot>`)}</div>
      ${suspects.view(answer, ({ change }) => suspects.judgement((cause) => this.judge(change.id, cause)))}`;
  }

  /** What people say is kept with an incident, so that the question becomes one. */
  async judge(change, cause) {
    try {
      const { id } = await post('/v1/correlations', { alertedAt: this.asked, ...this.question() });
      await post(`/v1/correlations/${id}/feedback`, { change, cause });
      go('/incidents/' + id);
    } catch (failure) {
      this.failure = failure;
    }
  }
}

customElements.define('ct-investigate', Investigate);
