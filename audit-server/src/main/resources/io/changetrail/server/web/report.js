// SPDX-License-Identifier: Apache-2.0
// Takes an answer elsewhere: into a chat, or into a file.
import { html } from 'lit';
import { markdown } from './suspects.js';

/**
 * A button that copies text, or saves it where the browser does not let it copy.
 *
 * @param text gives it
 * @param said is told what became of it
 */
export function copying(text, name, said) {
  return html`<button @click=${async () => {
    try {
      await navigator.clipboard.writeText(text());
      said('copied');
    } catch {
      said(save(text(), 'text/markdown', name));
    }
  }}>Copy as Markdown</button>`;
}

export function copy(answer, question, said) {
  return copying(() => markdown(answer, question), 'answer.md', said);
}

export function save(text, type, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  return `saved as ${name}`;
}
