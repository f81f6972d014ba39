// SPDX-License-Identifier: Apache-2.0
// Names that the catalogue does not know, and what people say that they stand for.
import { html, nothing } from 'lit';
import { get, post, remove, who } from './api.js';
import { Page } from './page.js';
import { count, time } from './format.js';

const KINDS = [['service', 'services', 'Services'], ['environment', 'environments', 'Environments']];

class Unmapped extends Page {
  static properties = { ...Page.properties, said: { state: true } };

  heading() {
    return 'Unmapped names';
  }

  async load() {
    const [unmapped, { rights }, facets, kept] = await Promise.all([
      get('/v1/unmapped'),
      who(),
      get('/v1/facets', { facet: ['service', 'environment'], top: 200 }),
      get('/v1/aliases').catch((failure) => {
        // Aliases concern the whole tenant, and who sees a part of it is not shown them.
        if (failure.status === 403) return { aliases: [] };
        throw failure;
      }),
    ]);
    const names = (field) => facets.facets.find((facet) => facet.field === field)?.values.map(({ value }) => value) ?? [];
    return { ...unmapped, aliases: kept.aliases, may: rights.includes('catalogue'), names };
  }

  view(answer) {
    const { services, environments, aliases, may } = answer;
    return html`
      ${this.said ? html`<div class="notice good" role="status"><p class="captured">${this.said}</p></div>` : nothing}
      ${services.length || environments.length
        ? html`<p>These names stand in events, and the catalogue knows none of them. ${may
            ? 'Say what each stands for: it holds at once, for past events too, and can be undone.'
            : html`A line in the catalogue’s file heals past events as well; the server reads the file again at once. With a token made with <code>--catalogue</code> it can be said here.`}</p>`
        : html`<div class="sheet"><p>The catalogue knows every service and environment that events name.</p></div>`}
      ${KINDS.map(([kind, list, title]) => this.table(kind, title, answer[list], answer))}
      ${aliases.length ? this.kept(aliases, may) : nothing}`;
  }

  table(kind, title, unknown, { may, names }) {
    if (!unknown.length) return nothing;
    return html`<h2>${title}</h2><div class="scroll"><table class="list names"><caption class="hidden">${title}</caption>
      <thead><tr><th scope="col">name</th><th scope="col" class="number">events</th><th scope="col">${may ? 'stands for' : 'probably'}</th>${may ? nothing : html`<th scope="col">catalogue</th>`}</tr></thead>
      <tbody>${unknown.map((one) => html`<tr><td><span class="captured">${one.name}</span></td><td class="number" data-label="events">${one.count.toLocaleString('en')}</td>
        ${may
          ? html`<td><form class="row" @submit=${(event) => this.say(event, kind, one.name)}>
              <input name="of" required list=${kind} .value=${one.suggestion ?? ''} aria-label=${`What ${one.name} stands for`} placeholder=${`name of the ${kind}`} autocomplete="off">
              <button class=${one.suggestion ? 'first' : ''}>It is this</button>
              <button type="button" @click=${() => this.map(kind, one.name, one.name)}>${kind === 'service' ? 'A service' : 'One'} of its own</button></form></td>`
          : html`<td><span class="captured">${one.suggestion ?? '–'}</span></td><td><button @click=${() => this.copy(kind, one)}>Copy the line</button></td>`}</tr>`)}</tbody></table></div>
      <datalist id=${kind}>${names(kind).map((name) => html`<option value=${name}></option>`)}</datalist>`;
  }

  kept(aliases, may) {
    return html`<h2>${count(aliases.length, 'name')} mapped here</h2><div class="scroll"><table class="list"><caption class="hidden">Names mapped beside the catalogue’s files</caption>
      <thead><tr><th scope="col">name</th><th scope="col">stands for</th><th scope="col">said by</th><th scope="col">at</th>${may ? html`<th scope="col"><span class="hidden">undo</span></th>` : nothing}</tr></thead>
      <tbody>${aliases.map((one) => html`<tr><td><span class="captured">${one.name}</span></td>
        <td data-label="stands for"><span class="captured">${one.of}</span> <span class="quiet">${one.kind}</span>${one.overruled ? html`<div class="captured small"><span class="pill unknown">not in force</span> ${one.overruled}</div>` : nothing}</td>
        <td data-label="said by"><span class="captured">${one.by ?? '–'}</span></td><td>${time(one.at)}</td>
        ${may ? html`<td><button aria-label=${`Undo: ${one.name}`} @click=${() => this.undo(one)}>Undo</button></td>` : nothing}</tr>`)}</tbody></table></div>`;
  }

  say(event, kind, name) {
    event.preventDefault();
    return this.map(kind, name, new FormData(event.target).get('of').trim());
  }

  map(kind, name, of) {
    return this.act(async () => {
      const said = await post('/v1/aliases', { kind, name, of });
      return said.name === said.of ? `${said.name} is in the catalogue now.` : `${said.name} is ${said.of} now, in past events too.`;
    });
  }

  undo({ kind, name }) {
    return this.act(async () => {
      await remove('/v1/aliases', { kind, name });
      return `${name} stands for itself again.`;
    });
  }

  async act(what) {
    this.said = undefined;
    try {
      const said = await what();
      await this.reload();
      this.said = said;
    } catch (failure) {
      this.failure = failure;
    }
  }

  async copy(kind, { name, suggestion }) {
    const quoted = JSON.stringify(name);
    const line = kind === 'environment'
      ? `environments:\n  ${suggestion ?? quoted}: [${quoted}]\n`
      : suggestion ? `services:\n  ${suggestion}:\n    aliases: [${quoted}]\n` : `services:\n  ${quoted}: {}\n`;
    try {
      await navigator.clipboard.writeText(line);
      this.said = `The line for ${name} is copied.`;
    } catch {
      this.said = line;
    }
  }
}

customElements.define('ct-unmapped', Unmapped);
