// SPDX-License-Identifier: Apache-2.0
// Takes an answer elsewhere: as Markdown into a chat, as a post-mortem into a file.
import { html } from 'lit';
import { post } from './api.js';
import { markdown } from './suspects.js';

/**
 * @param answer of the API
 * @param question that gave it
 * @param said is told what became of it
 * @param failed is told what went wrong
 */
export function buttons(answer, question, said, failed) {
  const download = async (type, ending) => {
    try {
      const report = await post('/v1/postmortem', question, type);
      const text = typeof report === 'string' ? report : JSON.stringify(report, null, 2);
      said(save(text, type, `postmortem-${question.service.replace(/[^\w.-]/g, '_')}.${ending}`));
    } catch (failure) {
      failed(failure);
    }
  };
  const copy = async () => {
    const text = markdown(answer, question);
    try {
      await navigator.clipboard.writeText(text);
      said('copied');
    } catch {
      said(save(text, 'text/markdown', 'answer.md'));
    }
  };
  return html`<button @click=${copy}>Copy as Markdown</button>
    <button @click=${() => download('text/markdown', 'md')}>Post-mortem (Markdown)</button>
    <button @click=${() => download('application/json', 'json')}>Post-mortem (JSON)</button>`;
}

function save(text, type, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  return `saved as ${name}`;
}
