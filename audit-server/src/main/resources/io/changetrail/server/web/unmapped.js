// SPDX-License-Identifier: Apache-2.0
// Names that the catalogue does not know, with the line that would teach it.
import { html, nothing } from 'lit';
import { get } from './api.js';
import { Page } from './page.js';

class Unmapped extends Page {
  static properties = { ...Page.properties, copied: { state: true } };

  heading() {
    return 'Unmapped names';
  }

  load() {
    return get('/v1/unmapped');
  }

  view(answer) {
    if (!answer.services.length && !answer.environments.length) {
      return html`<div class="sheet"><p>The catalogue knows every service and environment that events name.</p></div>`;
    }
    return html`<p>These names stand in events, and the catalogue knows none of them. A line in the catalogue's file heals past events as well; the server reads the file again at once.</p>
      ${this.table('Services', 'services', answer.services)}${this.table('Environments', 'environments', answer.environments)}`;
  }

  table(title, kind, names) {
    if (!names.length) return nothing;
    return html`<h2>${title}</h2><div class="scroll"><table><caption class="hidden">${title}</caption>
      <thead><tr><th scope="col">name</th><th scope="col" class="number">events</th><th scope="col">probably</th><th scope="col">catalogue</th></tr></thead>
      <tbody>${names.map((one) => html`<tr><td><span class="captured">${one.name}</span></td><td class="number">${one.count}</td>
        <td><span class="captured">${one.suggestion ?? '–'}</span></td>
        <td><button @click=${() => this.copy(kind, one)}>${this.copied === one.name ? 'Copied' : 'Copy the line'}</button></td></tr>`)}</tbody></table></div>`;
  }

  async copy(kind, { name, suggestion }) {
    const quoted = JSON.stringify(name);
    const line = kind === 'environments'
      ? `environments:\n  ${suggestion ?? quoted}: [${quoted}]\n`
      : suggestion ? `services:\n  ${suggestion}:\n    aliases: [${quoted}]\n` : `services:\n  ${quoted}: {}\n`;
    await navigator.clipboard.writeText(line);
    this.copied = name;
  }
}

customElements.define('ct-unmapped', Unmapped);
