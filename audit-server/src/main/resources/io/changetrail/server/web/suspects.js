// SPDX-License-Identifier: Apache-2.0
// Ranked suspects with their evidence, on a page and as Markdown.
import { html, nothing, svg } from 'lit';
import { actor, actorText, count, outcome, span, ticks, time, timeText, words } from './format.js';
import { joined, plotted } from './plot.js';

/** As many suspects as are shown before one asks for the rest. */
const LISTED = 5;

const two = (number) => number.toFixed(2);

function bar(value, kind) {
  return svg`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    <rect class="track" width="100" height="8" rx="3"></rect>
    <rect class="fill ${kind}" width=${Math.max(1, value * 100)} height="8" rx="3"></rect></svg>`;
}

export function where(change) {
  const services = change.services?.join(', ') || 'no service';
  return change.environments?.length ? `${services} in ${change.environments.join(', ')}` : services;
}

function suspect(one, rank, actions) {
  const { change } = one;
  return html`<li class="sheet" data-entry>
    <div class="score"><b>${two(one.score)}</b>${bar(one.score, rank === 1 ? 'first' : '')}<span class="quiet small">#${rank}</span></div>
    <div>
      <h3><a class="captured" href=${'/changes/' + change.id}>${change.summary || change.id}</a></h3>
      <div class="row">${outcome(change)}<span class="captured">${where(change)}</span><span>${span(change.start, change.end)}</span></div>
      <p class="small">by ${actor(change.actor)}${change.revision ? html`, commit <code>${change.revision.slice(0, 10)}</code>` : nothing}</p>
      <table class="factors"><caption class="hidden">Evidence</caption><tbody>${one.factors.map((factor) => html`<tr>
        <td>${words(factor.name)}</td>
        <td>${bar(factor.value, '')}</td>
        <td class="number nowrap">${two(factor.value)} <span class="quiet small" title="How much it weighs">× ${two(factor.weight)}</span></td>
        <td class="captured">${factor.reason}</td></tr>`)}</tbody></table>
      ${one.effects?.length ? html`<details class="small"><summary>${count(one.effects.length, 'signal')} before and after it</summary><ul class="effects">${one.effects.map(effect)}</ul></details>` : nothing}
      ${actions ? actions(one) : nothing}
    </div></li>`;
}

const figure = (number) => Number(number.toPrecision(3));

/** What a signal did when the change went live. */
function effect({ service, instance, signal, before, after, difference, lower, upper, p, samplesBefore, samplesAfter }) {
  return html`<li><span class="captured">${[service, instance, signal].filter(Boolean).join(' ')}</span>: <b>${figure(before)} → ${figure(after)}</b>
    <span class="quiet">difference ${figure(difference)}, 95 % interval ${figure(lower)} to ${figure(upper)}, p ${p < 0.001 ? '< 0.001' : `= ${p.toFixed(3)}`}, n = ${samplesBefore} before and ${samplesAfter} after</span></li>`;
}

/**
 * The buttons by which people say of a suspect what they know.
 *
 * @param say is told whether it was the cause
 * @param last what was said last
 */
export function judgement(say, last) {
  return html`<div class="row judgement">
    <button aria-pressed=${last?.cause === true} @click=${() => say(true)}>It was this</button>
    <button aria-pressed=${last?.cause === false} @click=${() => say(false)}>Not this</button>
    ${last ? html`<span class="quiet small">said by <span class="captured">${last.by}</span> ${time(last.at)}</span>` : nothing}</div>`;
}

const STATES = { firing: 'failure', resolved: 'success' };

export function status(incident) {
  return html`<span class="pill ${STATES[incident.status] ?? ''}">${incident.status}</span>`;
}

const TONES = { explained: 'good', ambiguous: 'warn', none: 'plain' };
const TITLES = {
  explained: 'One change explains this',
  ambiguous: 'Several changes could explain this',
  none: 'No recorded change explains this',
};

export function verdict(answer) {
  return html`<div class="notice ${TONES[answer.verdict]}" role="status"><h2>${TITLES[answer.verdict] ?? answer.verdict}</h2>
    <p class="captured">${answer.reason}</p></div>`;
}

/**
 * @param actions gives what can be done with a suspect
 * @param isJudged whether somebody said something of a change, which must not be out of sight then
 */
export function view(answer, actions, isJudged = () => false) {
  const rest = answer.suspects.slice(LISTED);
  return html`
    ${answer.silentSources.length ? html`<div class="notice warn"><h2>Not everything was seen</h2>
      <p>Events of these sources are missing, and the cause might be among them:</p>
      <ul>${answer.silentSources.map((source) => html`<li class="captured">${source}</li>`)}</ul></div>` : nothing}
    ${answer.suspects.length ? html`<h2>Suspects</h2><ol class="suspects">${answer.suspects.slice(0, LISTED).map((one, i) => suspect(one, i + 1, actions))}</ol>` : nothing}
    ${rest.length ? html`<details class="rest" ?open=${rest.some(({ change }) => isJudged(change))}><summary>${count(rest.length, 'more suspect')}, of scores from ${two(rest[0].score)} down</summary>
      <ol class="suspects">${rest.map((one, i) => suspect(one, LISTED + i + 1, actions))}</ol></details>` : nothing}
    ${answer.moreSuspects ? html`<p class="quiet">${count(answer.moreSuspects, 'suspect')} with lower scores not listed.</p>` : nothing}
    <h2>What was searched</h2>
    <dl class="facts">
      <dt>onset</dt><dd>${span(answer.onset.earliest, answer.onset.latest)}<br><span class="quiet captured">${answer.onset.basis}</span></dd>
      <dt>changes</dt><dd>${answer.searched.candidates} from ${span(answer.searched.from, answer.searched.to)}</dd>
      <dt>services</dt><dd class="captured">${answer.searched.services.join(', ') || 'none'}</dd>
      <dt>series</dt><dd>${answer.searched.series}</dd>
      ${answer.notes?.length ? html`<dt>notes</dt><dd>${answer.notes.map((note) => html`<div class="captured">${note}</div>`)}</dd>` : nothing}
    </dl>
    ${answer.excluded.length ? html`<details class="excluded"><summary>${count(answer.excluded.length + (answer.moreExcluded ?? 0), 'change')} cannot have been it</summary>
      <div class="scroll"><table class="list"><thead><tr><th scope="col">change</th><th scope="col">when</th><th scope="col">why not</th></tr></thead>
      <tbody>${answer.excluded.map(({ change, reason }) => html`<tr><td><a class="captured" href=${'/changes/' + change.id}>${change.summary || change.id}</a></td>
        <td>${span(change.start, change.end)}</td><td class="captured">${reason}</td></tr>`)}</tbody></table></div>
      ${answer.moreExcluded ? html`<p class="quiet">The first ${answer.excluded.length} are listed.</p>` : nothing}</details>` : nothing}`;
}

/** Captured text cannot become markup of the chat or tracker that this is pasted into. */
export function plain(text) {
  return String(text ?? '').replace(/[\\`*_{}[\]<>()#+!|~&-]/g, (sign) => '\\' + sign).replace(/\s+/g, ' ');
}

export function markdown(answer, question) {
  const lines = [
    `**${TITLES[answer.verdict] ?? answer.verdict}**: ${plain(answer.reason)}`,
    '',
    `Asked: ${plain(question.service)}${question.environment ? ' in ' + plain(question.environment) : ''}, alert at ${question.alertedAt ?? 'now'}. Onset ${answer.onset.earliest} to ${answer.onset.latest}.`,
    '',
  ];
  answer.suspects.slice(0, 5).forEach((one, i) => {
    lines.push(
      `${i + 1}. ${two(one.score)} ${plain(one.change.summary || one.change.id)} (${plain(where(one.change))}, ${one.change.start}, by ${plain(actorText(one.change.actor))})`,
      ...one.factors.map((factor) => `   - ${words(factor.name)} ${two(factor.value)}: ${plain(factor.reason)}`),
      `   - ${location.origin}/changes/${one.change.id}`,
    );
  });
  if (answer.silentSources.length) lines.push('', `Not everything was seen: events of ${answer.silentSources.map(plain).join(', ')} are missing.`);
  return lines.join('\n') + '\n';
}

const MARKED = 8;

/** The span to look at, in epoch ms: the onset, and the suspects of the six hours before it. */
function around(answer) {
  const onset = [Date.parse(answer.onset.earliest), Date.parse(answer.onset.latest)];
  const starts = answer.suspects
    .slice(0, MARKED)
    .map((one) => Date.parse(one.change.start))
    .filter((at) => onset[1] - at < 6 * 3600e3);
  return [Math.min(onset[0], ...starts) - 600e3, Math.max(onset[1], ...starts) + 600e3];
}

/**
 * The onset and the marks of the suspects on one axis of time, above the metrics.
 *
 * @param times in epoch ms that are to be shown as well
 */
export function drawing(answer, series, times = []) {
  // What Prometheus was asked for spans the whole lookback; what a person brought is shown whole.
  const near = around(answer);
  const range = [times.reduce((a, b) => Math.min(a, b), near[0]), times.reduce((a, b) => Math.max(a, b), near[1])];
  const marks = answer.suspects.slice(0, MARKED).flatMap(({ change }, i) => marksOf(change, String(i + 1), i ? '--quiet' : '--mark'));
  const onset = [Date.parse(answer.onset.earliest), Date.parse(answer.onset.latest)];
  return html`<div class="sheet">${strip(marks, onset, range, series.length > 0)}
    ${series.slice(0, 3).map((one) => html`<ct-plot .series=${plotted(one)} .range=${range} .marks=${marks} .band=${onset}></ct-plot>`)}</div>`;
}

/** Where a change began, and each step in which it reached more. */
function marksOf({ start, end, exposure = [] }, label, color) {
  const steps = [...new Set([start, ...exposure.map((step) => step.time)].map((at) => Date.parse(at)))];
  return steps.map((at, i) => ({ at, label, color, ...(i ? {} : { end: Date.parse(end ?? start) }) }));
}

/** @param above whether plots stand below, with whose axis it is in line */
function strip(marks, onset, [from, to], above) {
  const share = (at) => ((Math.min(to, Math.max(from, at)) - from) / (to - from)) * 100;
  const x = (at) => share(at) + '%';
  const narrow = innerWidth < 700;
  const axis = ticks([from, to], narrow ? 3 : 9);
  const shown = marks.filter(({ at }) => at >= from && at <= to);
  const earlier = marks.filter(({ at, label }) => at < from && !shown.some((mark) => mark.label === label));
  return html`<svg class=${above ? 'wide strip' : 'wide'} height="76" role="img" aria-label=${`Onset from ${timeText(onset[0])} to ${timeText(onset[1])}, with the start of ${new Set(marks.map(({ label }) => label)).size} suspects`}>
    ${svg`<rect class="onset" x=${x(onset[0])} width=${Math.max(0.3, share(onset[1]) - share(onset[0])) + '%'} y="4" height="48"></rect>
    <line class="axis" x1="0" x2="100%" y1="52" y2="52"></line>
    ${axis.map(({ at, label }) => svg`<line class="axis" x1=${x(at)} x2=${x(at)} y1="52" y2="57"></line><text x=${x(at)} y="71" text-anchor=${share(at) < 4 ? 'start' : share(at) > 96 ? 'end' : 'middle'}>${label}</text>`)}
    ${marks.map(({ at, end, label }) => (end > at && end > from ? svg`<rect class=${label === '1' ? 'took' : 'took other'} x=${x(at)} width=${share(end) - share(at) + '%'} y="47" height="4"></rect>` : nothing))}
    ${shown.map(({ at, label }) => svg`<line class=${label === '1' ? 'stem' : 'stem other'} x1=${x(at)} x2=${x(at)} y1="20" y2="52"></line>`)}
    ${joined(shown, share, narrow ? 6 : 2).map(({ at, label }) => svg`<text x=${at + '%'} y="15" text-anchor="middle">${label}</text>`)}
    ${earlier.length ? svg`<text x="0" y="15">◂ ${earlier.map(({ label }) => label).join(' ')}</text>` : nothing}`}</svg>
    <p class="legend"><span><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="onset" width="10" height="10"></rect></svg> onset</span><span>numbers: the suspects, where each began or reached more; bars: how long it took${earlier.length ? '; ◂ earlier' : ''}</span></p>`;
}
