// SPDX-License-Identifier: Apache-2.0
// The frame around the pages: where to go, who one is, and the keys.
import { LitElement, html, nothing } from 'lit';
import { names, who, logOut } from './api.js';
import { arrive } from './page.js';
import { setZone, zone, zoneName } from './format.js';
import './investigate.js';
import './incident.js';
import './postmortem.js';
import './timeline.js';
import './search.js';
import './change.js';
import './state.js';
import './sources.js';
import './unmapped.js';
import './login.js';

const PAGES = [
  ['/investigate', 'Investigate', html`<ct-investigate></ct-investigate>`],
  ['/timeline', 'Timeline', html`<ct-timeline></ct-timeline>`],
  ['/search', 'Search', html`<ct-search></ct-search>`],
  ['/state', 'State', html`<ct-state></ct-state>`],
  ['/sources', 'Sources', html`<ct-sources></ct-sources>`],
  ['/unmapped', 'Unmapped', html`<ct-unmapped></ct-unmapped>`],
];

class App extends LitElement {
  static properties = { path: { state: true }, caller: { state: true }, names: { state: true } };

  constructor() {
    super();
    this.path = location.pathname + location.search;
    addEventListener('popstate', () => this.arrive());
    addEventListener('ct-go', (event) => this.go(event.detail));
    addEventListener('keydown', (event) => this.key(event));
    addEventListener('focusin', (event) => this.choose(event));
    document.addEventListener('click', (event) => this.click(event));
    this.identify();
  }

  createRenderRoot() {
    return this;
  }

  /** What stood there while the scripts were loaded. */
  firstUpdated() {
    document.querySelector('body > header').remove();
  }

  async identify() {
    try {
      this.caller = await who();
    } catch {
      // The page itself says that the server does not answer.
    }
  }

  /** Names to choose from are asked for when somebody is about to type one. */
  async choose({ target }) {
    if (target.hasAttribute?.('list')) this.names = await names();
  }

  click(event) {
    const link = event.target.closest?.('a[href]');
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (link.target || link.download || link.origin !== location.origin || link.getAttribute('href').startsWith('#')) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }

  go(where) {
    history.pushState(null, '', where);
    this.arrive();
  }

  arrive() {
    this.path = location.pathname + location.search;
    this.identify();
    this.updateComplete.then(arrive);
  }

  key(event) {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.key === 'Escape' && typing) event.target.blur();
    if (typing) return;
    if (event.key === '/') {
      event.preventDefault();
      this.querySelector('header input').focus();
    } else if (event.key === '?') {
      this.keys();
    } else if (event.key === 'j' || event.key === 'k') {
      this.step(event.key === 'j' ? 1 : -1);
    }
  }

  keys() {
    this.querySelector('dialog').showModal();
  }

  /** Moves between the entries of the page's list. */
  step(by) {
    const entries = [...this.querySelectorAll('[data-entry] a[href]:first-of-type')].filter(
      (link, i, all) => link.checkVisibility() && all.findIndex((other) => other.closest('[data-entry]') === link.closest('[data-entry]')) === i,
    );
    if (!entries.length) return;
    const now = entries.findIndex((link) => link.closest('[data-entry]').contains(document.activeElement));
    const next = now < 0 ? (by > 0 ? 0 : entries.length - 1) : Math.min(entries.length - 1, Math.max(0, now + by));
    entries[next].focus();
  }

  page() {
    const { pathname } = location;
    if (pathname === '/login') return html`<ct-login></ct-login>`;
    if (pathname === '/postmortem') return html`<ct-postmortem></ct-postmortem>`;
    if (pathname.startsWith('/incidents/')) return html`<ct-incident></ct-incident>`;
    if (pathname.startsWith('/changes/')) return html`<ct-change></ct-change>`;
    return PAGES.find(([path]) => path === pathname)?.[2] ?? html`<h1>There is no such page</h1>`;
  }

  render() {
    const { pathname } = location;
    return html`
      <a class="skip" href="#main">Skip to the content</a>
      <header class="bar">
        <a class="name" href="/timeline"><img src="/assets/icon.svg" alt="">Changetrail</a>
        <nav aria-label="Pages">${PAGES.map(([path, label]) => html`<a href=${path} aria-current=${path === pathname ? 'page' : nothing}>${label}</a>`)}</nav>
        <form role="search" action="/search" @submit=${this.search}>
          <label class="hidden" for="everywhere">Search in changes</label>
          <input id="everywhere" name="q" type="search" placeholder="Search ( / )" autocomplete="off">
        </form>
      </header>
      <main id="main" tabindex="-1">${[this.path].map(() => html`${this.keyed()}`)}</main>
      <footer>
        <span>Times are in <button @click=${this.otherZone} title="Change the zone">${zoneName()}</button></span>
        <span><button @click=${this.keys}><kbd>?</kbd> keys</button></span>
        ${this.caller ? html`<span>${this.caller.development ? 'development mode: no login' : this.caller.name}</span>` : nothing}
        ${this.caller?.csrf ? html`<button @click=${this.leave}>Log out</button>` : nothing}
      </footer>
      ${['service', 'environment'].map((field) => html`<datalist id=${field + 's'}>${this.names?.[field]?.map((name) => html`<option value=${name}></option>`)}</datalist>`)}
      <dialog aria-labelledby="keys">
        <h2 id="keys">Keys</h2>
        <dl class="facts">
          <dt><kbd>/</kbd></dt><dd>search</dd>
          <dt><kbd>j</kbd> <kbd>k</kbd></dt><dd>next and previous entry</dd>
          <dt><kbd>Enter</kbd></dt><dd>open it</dd>
          <dt><kbd>Esc</kbd></dt><dd>leave a field or this list</dd>
        </dl>
        <form method="dialog"><button class="first">Close</button></form>
      </dialog>`;
  }

  /** A new address is a new page, even of the same kind. */
  keyed() {
    if (this.shown !== this.path) {
      this.shown = this.path;
      this.odd = !this.odd;
    }
    return this.odd ? html`<div>${this.page()}</div>` : html`<section>${this.page()}</section>`;
  }

  search(event) {
    event.preventDefault();
    this.go('/search?q=' + encodeURIComponent(new FormData(event.target).get('q')));
  }

  otherZone() {
    setZone(zone() === 'UTC' ? 'local' : 'UTC');
    this.shown = undefined;
    this.requestUpdate();
  }

  async leave() {
    try {
      await logOut();
    } finally {
      // It says who is still logged in, if anybody is.
      location.assign('/login');
    }
  }
}

customElements.define('ct-app', App);
