// SPDX-License-Identifier: Apache-2.0
// Who reports, how late, and what of theirs is missing.
import { html, nothing } from 'lit';
import { get } from './api.js';
import { Page } from './page.js';
import { duration, span, time } from './format.js';

class Sources extends Page {
  heading() {
    return 'Sources';
  }

  load() {
    return get('/v1/sources');
  }

  view({ sources }) {
    if (!sources.length) {
      return html`<div class="sheet"><h3>Nobody reports yet</h3><p>Record a first change by hand, or let a webhook in:</p>
        <pre>changetrail emit --service checkout --environment prod --summary "DNS moved"</pre></div>`;
    }
    return html`<div class="scroll"><table class="list"><caption class="hidden">Sources of events</caption>
      <thead><tr><th scope="col">source</th><th scope="col" class="number">events</th><th scope="col">last event</th><th scope="col">received after</th><th scope="col">complete?</th></tr></thead>
      <tbody>${sources.map((one) => html`<tr><td><a class="captured" href=${'/search?source=' + encodeURIComponent(one.source)}>${one.source}</a></td>
        <td class="number" data-label="events">${one.events.toLocaleString('en')}</td><td data-label="last event">${time(one.lastTime)}</td>
        <td class="nowrap" data-label="received after">${one.lag ? duration(one.lag) : nothing}</td><td>${this.account(one)}</td></tr>`)}</tbody></table></div>
      ${sources.some((one) => one.continuity === 'not counted') ? html`<p class="quiet small">not counted: the sender gives its events no numbers, so nobody can tell whether one is missing</p>` : nothing}`;
  }

  account(one) {
    return html`<span class="pill ${one.missing ? 'failure' : one.continuity === 'complete' ? 'success' : ''}">${one.continuity}</span>
      ${one.missing ? html`<b>${one.missing} missing</b>` : nothing}
      ${one.silentSince ? html`<span class="pill failure">silent</span> since ${time(one.silentSince)}` : nothing}
      ${one.gaps?.length ? html`<ul>${one.gaps.map((gap) => html`<li class="captured small">${gap.first}–${gap.last} ${gap.after && gap.before ? span(gap.after, gap.before) : time(gap.after ?? gap.before)} ${gap.reason ?? ''}</li>`)}</ul>` : nothing}`;
  }
}

customElements.define('ct-sources', Sources);
