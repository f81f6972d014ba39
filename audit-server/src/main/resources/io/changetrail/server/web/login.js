// SPDX-License-Identifier: Apache-2.0
import { html, nothing } from 'lit';
import { Problem, logIn, who } from './api.js';
import { Page, go } from './page.js';

class Login extends Page {
  heading() {
    return 'Log in';
  }

  load() {
    return who();
  }

  view(caller) {
    if (caller.development) {
      return html`<div class="sheet"><p>The server is in development mode: it serves this machine only, and asks nobody to log in. The first token ends that:</p>
        <pre>changetrail token create me --read</pre></div>`;
    }
    return html`${caller.csrf ? html`<p>You are logged in as ${caller.name}.</p>` : nothing}
      <form class="ask sheet" @submit=${this.enter}>
        <label>token that may read<input name="token" type="password" required autocomplete="current-password" size="40"></label>
        <button class="first">Log in</button></form>
      <p class="quiet">Whoever operates the server makes one with <code>changetrail token create NAME --read</code>. It is exchanged for a cookie that scripts cannot read, and not kept by this page.</p>`;
  }

  async enter(event) {
    event.preventDefault();
    try {
      await logIn(new FormData(event.target).get('token'));
      if (!(await who()).csrf) {
        throw new Problem(0, 'The browser did not keep the session', 'It does so over https, or on the machine of the server itself.');
      }
      const next = this.param('next');
      go(/^\/(?!\/)/.test(next) ? next : '/timeline');
    } catch (failure) {
      this.failure = failure;
    }
  }
}

customElements.define('ct-login', Login);
