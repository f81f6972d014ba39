// SPDX-License-Identifier: Apache-2.0
// What is asked about an anomaly: out of the address of a page, and out of the metrics that a person brought.
import { html, nothing } from 'lit';
import { parseSeries, plotted } from './plot.js';
import { count, typedInstant } from './format.js';

/** Metrics out of a file are no part of the address; they stay while one stays on these pages. */
export const brought = { series: [], file: '', service: '' };

/** As `/v1/correlate` takes it. */
export function question(params) {
  const asked = { service: params.get('service') ?? '' };
  for (const name of ['environment', 'signal', 'for', 'lookback']) {
    if (params.get(name)) asked[name] = params.get(name);
  }
  if (params.get('at')) asked.alertedAt = typedInstant(params.get('at'));
  if (metrics(asked.service).length) asked.series = brought.series;
  return asked;
}

/** What was brought along for this service. */
export function metrics(service) {
  return brought.service === service ? brought.series : [];
}

/** The points of the metrics that were brought, in epoch ms. */
export function times(service) {
  return metrics(service).flatMap((series) => plotted(series).points.map(([at]) => at * 1e3));
}

/** Takes the metrics of a file, or none; throws what is wrong with it. */
export async function take(file, service, signal) {
  Object.assign(brought, { series: [], file: '', service });
  if (file) Object.assign(brought, { series: parseSeries(await file.text(), service, signal || 'value'), file: file.name });
}

/** A button that takes a file, and what was taken with a button that puts it away. */
export function chooser(service, choose) {
  const taken = metrics(service);
  return html`<label class="file button">Judge a metric from a file<input type="file" accept=".json,.csv,.txt" @change=${(event) => choose(event.target.files[0])}></label>
    ${taken.length ? html`<span class="chip"><span>${count(taken.length, 'series', 'series')} of <span class="captured">${brought.file}</span></span>
      <button aria-label=${`Put ${brought.file} away`} @click=${() => choose()}>×</button></span>` : nothing}`;
}
