// SPDX-License-Identifier: Apache-2.0
// What changed in a resource, side by side.
import { html, nothing } from 'lit';

const HASHED = /^hmac-sha256:[^:]*:[0-9a-f]+$/;

/** The value that a JSON Pointer (RFC 6901) names; undefined if there is none. */
export function at(tree, pointer) {
  let node = tree;
  for (const part of pointer.split('/').slice(1)) {
    if (node === null || typeof node !== 'object') return undefined;
    node = node[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return node;
}

export function value(of, redacted) {
  if (redacted && of !== undefined && !HASHED.test(of)) return html`<span class="pill redacted">redacted</span>`;
  if (of === undefined) return html`<span class="quiet">–</span>`;
  if (typeof of === 'string' && HASHED.test(of)) {
    return html`<span class="pill redacted" title=${of}>redacted, ${of.slice(-8)}</span>`;
  }
  return html`<span class="captured">${typeof of === 'string' ? of : JSON.stringify(of, null, 1)}</span>`;
}

/** The operations of an RFC 6902 patch with the old value of each, and what is hidden. */
export function rows(state) {
  const hidden = state.redacted ?? [];
  const steps = (state.patch ?? []).map((step) => ({
    path: step.path || '/',
    old: step.op === 'add' ? undefined : at(state.before, step.path),
    now: step.op === 'remove' ? undefined : step.value ?? at(state.after, step.path),
    redacted: hidden.includes(step.path),
  }));
  // Without a key nobody can tell whether a hidden value changed, so each is listed.
  const others = hidden.filter((path) => !steps.some((step) => step.path === path));
  return [...steps, ...others.map((path) => ({ path, old: at(state.before, path), now: at(state.after, path), redacted: true }))];
}

export function view(state) {
  const all = rows(state);
  return html`
    ${all.length ? html`<div class="scroll"><table class="diff">
      <caption class="hidden">What changed, before and after</caption>
      <thead><tr><th scope="col">field</th><th scope="col">before</th><th scope="col">after</th></tr></thead>
      <tbody>${all.map((row) => html`<tr>
        <td><span class="captured">${row.path}</span></td>
        <td class=${row.old === undefined ? '' : 'old'}>${value(row.old, row.redacted)}</td>
        <td class=${row.now === undefined ? '' : 'new'}>${value(row.now, row.redacted)}</td></tr>`)}
      </tbody></table></div>` : nothing}
    ${state.truncated ? html`<p class="quiet">The state was too large to be kept whole.</p>` : nothing}
    ${state.before || state.after ? html`<details><summary>Whole state before and after</summary>
      <div class="scroll"><table class="diff"><thead><tr><th scope="col">before</th><th scope="col">after</th></tr></thead><tbody><tr>
        <td><pre tabindex="0">${state.before === undefined ? '–' : JSON.stringify(state.before, null, 2)}</pre></td>
        <td><pre tabindex="0">${state.after === undefined ? '–' : JSON.stringify(state.after, null, 2)}</pre></td></tr></tbody></table></div>
    </details>` : nothing}`;
}
