// SPDX-License-Identifier: Apache-2.0
import { LitElement, html } from 'lit';
import { problem } from './format.js';

/** Goes to another address of these pages. */
export function go(where) {
  dispatchEvent(new CustomEvent('ct-go', { detail: where }));
}

/** Has who reads, by eye, key or screen reader, begin at the top. */
export function arrive() {
  scrollTo(0, 0);
  document.querySelector('main').focus({ preventScroll: true });
}

/** What every page does: reads its address, asks, and shows the answer or what went wrong. */
export class Page extends LitElement {
  static properties = { answer: { state: true }, failure: { state: true } };

  constructor() {
    super();
    this.params = new URLSearchParams(location.search);
    this.turn = 0;
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.reload();
  }

  reload() {
    return this.latest(() => this.load());
  }

  /**
   * Shows what a question is answered. Of questions that overlap the last one counts, in whichever
   * order the answers come.
   *
   * @returns whether the answer is shown now
   */
  async latest(question) {
    const turn = ++this.turn;
    try {
      const answer = await question();
      if (turn !== this.turn) return false;
      this.answer = answer;
      this.failure = undefined;
      return true;
    } catch (failure) {
      if (turn === this.turn) this.failure = failure;
      return false;
    }
  }

  param(name) {
    return this.params.get(name) ?? '';
  }

  render() {
    return html`<h1>${this.heading()}</h1>${this.form?.() ?? ''}
      ${this.failure ? problem(this.failure) : ''}
      ${this.answer === undefined
        ? this.failure ? '' : html`<p class="quiet" role="status">asking …</p>`
        : this.view(this.answer)}`;
  }

  /** A tab, a bookmark or the history tells what was looked at. */
  updated() {
    document.title = `${this.querySelector('h1').textContent.trim()} – Changetrail`;
  }

  /** Takes the filled fields of a form into the address, beside what it has no field for. */
  submit(event) {
    event.preventDefault();
    const fields = new FormData(event.target);
    const filled = new URLSearchParams();
    for (const [name, value] of [...this.params].filter(([name]) => !fields.has(name)).concat([...fields])) {
      if (value.trim()) filled.append(name, value.trim());
    }
    go(location.pathname + (filled.size ? '?' + filled : ''));
  }
}
