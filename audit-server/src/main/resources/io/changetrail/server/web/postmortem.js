// SPDX-License-Identifier: Apache-2.0
// What is known of an incident, in order, to read, to print and to take along.
import { html, nothing } from 'lit';
import { get, post } from './api.js';
import { Page } from './page.js';
import { link, outcome, span, time, words } from './format.js';
import { question } from './question.js';
import * as report from './report.js';
import * as suspects from './suspects.js';

class Postmortem extends Page {
  static properties = { ...Page.properties, said: { state: true } };

  heading() {
    const { service, environment } = this.answer?.json ?? {};
    return service ? html`Post-mortem: <span class="captured">${service}${environment ? ' in ' + environment : ''}</span>` : 'Post-mortem';
  }

  async load() {
    const [json, markdown] = await Promise.all([this.ask('application/json'), this.ask('text/markdown')]);
    return { json, markdown };
  }

  ask(type) {
    const incident = this.param('incident');
    return incident
      ? get(`/v1/correlations/${encodeURIComponent(incident)}/postmortem`, {}, type)
      : post('/v1/postmortem', question(this.params), type);
  }

  view({ json, markdown }) {
    const { incident, chain, feedback = [], excluded, gaps } = json;
    const name = `postmortem-${json.service.replace(/[^\w.-]/g, '_')}`;
    const said = (text) => (this.said = text);
    return html`
      <div class="row tools">${report.copying(() => markdown, `${name}.md`, said)}
        <button @click=${() => said(report.save(markdown, 'text/markdown', `${name}.md`))}>Save as Markdown</button>
        <button @click=${() => said(report.save(JSON.stringify(json, null, 2), 'application/json', `${name}.json`))}>Save as JSON</button>
        <button @click=${() => print()}>Print</button>
        <a class="button" href=${incident ? '/incidents/' + encodeURIComponent(incident.id) : '/investigate?' + this.params}>The suspects</a>
        <span role="status" class="quiet captured">${this.said ?? nothing}</span></div>
      ${suspects.verdict(json)}
      <div class="sheet"><dl class="facts">
        ${incident ? html`<dt>incident</dt><dd><span class="captured">${incident.summary}</span> ${suspects.status(incident)}</dd>` : nothing}
        <dt>alert</dt><dd>${time(json.alertedAt)}</dd>
        <dt>onset</dt><dd>${span(json.onset.earliest, json.onset.latest)} <span class="quiet captured">${json.onset.basis}</span></dd>
        ${incident?.end ? html`<dt>over</dt><dd>${time(incident.end)}</dd>` : nothing}
        <dt>searched</dt><dd>${json.searched.candidates} changes from ${span(json.searched.from, json.searched.to)}</dd>
        <dt>written</dt><dd>${time(json.written)}</dd></dl></div>
      <h2>Chain of the first suspect</h2>
      ${chain.length ? html`<ol class="chain">${chain.map((step) => html`<li data-entry><div class="row">${time(step.time)}<span class="pill kind">${words(step.stage)}</span></div>
        <a class="captured" href=${'/changes/' + step.eventId}>${step.summary || step.eventId}</a> <span class="quiet captured">by ${step.actor}</span>
        ${step.links.map((url) => html`<div class="small">${link(url)}</div>`)}
        ${step.proof ? html`<div class="small quiet">log entry ${step.proof.seq}, leaf <code class="captured">${step.proof.leaf}</code></div>` : nothing}</li>`)}</ol>`
        : html`<p>No event of a suspect is known.</p>`}
      <h2>Suspects</h2>
      ${json.suspects.length ? html`<ol class="chain">${json.suspects.map((one) => html`<li><b class="number">${one.score.toFixed(2)}</b> <a class="captured" href=${'/changes/' + one.change.id}>${one.change.summary || one.change.id}</a>
        ${one.factors.map((factor) => html`<div class="small"><span class="quiet">${words(factor.name)} ${factor.value.toFixed(2)}</span> <span class="captured">${factor.reason}</span></div>`)}</li>`)}</ol>` : html`<p>None.</p>`}
      ${feedback.length ? html`<h2>What people said</h2><ul class="chain">${feedback.map((one) => html`<li>${time(one.at)} <span class="captured">${one.by}</span>: ${one.cause ? 'it was' : 'it was not'} <span class="captured">${this.named(one.change)}</span></li>`)}</ul>` : nothing}
      <h2>Timeline</h2>
      <div class="scroll"><table class="list"><caption class="hidden">Timeline, oldest first</caption><thead><tr><th scope="col">when</th><th scope="col">what</th></tr></thead>
        <tbody>${this.rows(json).map(({ start, end, mark, change }) => html`<tr><td>${span(start, end)}</td><td>${mark
          ? html`<b>${mark}</b>` : html`<div class="row"><a class="captured" href=${'/changes/' + change.id}>${change.summary || change.id}</a>${outcome(change)}</div>`}</td></tr>`)}</tbody></table></div>
      ${excluded.length ? html`<h2>What cannot have been it</h2><ul class="chain">${excluded.map(({ change, reason }) => html`<li><span class="captured">${change.summary || change.id}</span>: <span class="captured">${reason}</span></li>`)}</ul>` : nothing}
      <h2>What is not known</h2>
      ${gaps.length ? html`<ul class="chain">${gaps.map((gap) => html`<li class="captured">${gap}</li>`)}</ul>` : html`<p>Every source reported, and the chain is complete.</p>`}`;
  }

  named(id) {
    return this.answer.json.timeline.find((change) => change.id === id || change.events.includes(id))?.summary ?? id;
  }

  /** The changes, with the onset and the alert among them. */
  rows({ timeline, onset, alertedAt, incident }) {
    const rows = timeline.map((change) => ({ start: change.start, end: change.end, change }));
    rows.push({ start: onset.earliest, end: onset.latest, mark: 'It began, within this time' }, { start: alertedAt, mark: 'The alert fired' });
    if (incident?.end) rows.push({ start: incident.end, mark: 'It was over' });
    return rows.sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
  }
}

customElements.define('ct-postmortem', Postmortem);
