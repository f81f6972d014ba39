// SPDX-License-Identifier: Apache-2.0
// A metric with marks of changes exactly on its axis of time.
import { LitElement, html } from 'lit';
import uPlot from 'uplot';
import { ticks, timeText } from './format.js';

function css(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Pixels left and right of the axis of time, for who draws above or below. */
export const GUTTER = 64;
const RIGHT = 8;

const dark = matchMedia('(prefers-color-scheme: dark)');

function marked(u, from, to) {
  return ticks([from * 1e3, to * 1e3], Math.max(1, Math.floor((u.width - GUTTER) / 75)));
}

/**
 * Labels centred over marks; those that would overlap become one.
 *
 * @param place of a time
 * @param wide how wide a label is, in the unit of place
 */
export function joined(marks, place, wide) {
  const found = [];
  for (const mark of [...marks].sort((a, b) => a.at - b.at)) {
    const at = place(mark.at);
    const last = found.at(-1);
    if (last && at - last.at < (wide * (last.labels.length + 1)) / 2) {
      last.labels.push(mark.label);
      last.end = at;
      last.at = (last.start + last.end) / 2;
    } else {
      found.push({ at, start: at, end: at, labels: [mark.label] });
    }
  }
  return found.map(({ at, labels }) => ({ at, label: [...new Set(labels)].join(' ') }));
}

class Plot extends LitElement {
  static properties = {
    series: { attribute: false }, // {name, points: [[epoch seconds, value], …]}
    marks: { attribute: false }, // [{at: epoch ms, end?, label, color: a custom property of the page, or a colour}]
    band: { attribute: false }, // [epoch ms, epoch ms], the onset
    range: { attribute: false }, // [epoch ms, epoch ms]
    gutter: { attribute: false }, // pixels left of the axis of time, to stand above another drawing
  };

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    dark.addEventListener('change', this);
  }

  /** The colours of the page are others now. */
  handleEvent() {
    this.requestUpdate();
  }

  render() {
    return html`<div class="row small"><svg class="swatch" viewBox="0 0 16 4" aria-hidden="true"><rect width="16" height="4" rx="2"></rect></svg><span class="captured">${this.series.name}</span><span class="quiet number reading"></span></div>
      <div class="plot"></div>`;
  }

  updated() {
    this.plot?.destroy();
    const points = this.series.points.map(([at, value]) => [Number(at), Number(value)]).sort((a, b) => a[0] - b[0]);
    const box = this.querySelector('.plot');
    const marks = () => this.marks ?? [];
    const stroke = css('--quiet');
    this.plot = new uPlot(
      {
        width: box.clientWidth || 800,
        height: 220,
        padding: [18, RIGHT, 0, 0],
        legend: { show: false },
        scales: { x: this.range ? { range: () => this.range.map((ms) => ms / 1e3) } : {} },
        axes: [
          {
            stroke,
            grid: { stroke: css('--line'), width: 1 },
            ticks: { stroke: css('--line'), width: 1 },
            splits: (u, axis, from, to) => marked(u, from, to).map(({ at }) => at / 1e3),
            // A label at the right edge would be cut off.
            values: (u) => marked(u, u.scales.x.min, u.scales.x.max).map(({ at, label }) => (u.valToPos(at / 1e3, 'x') > u.bbox.width / devicePixelRatio - 12 ? '' : label)),
          },
          { stroke, grid: { stroke: css('--line'), width: 1 }, ticks: { stroke: css('--line'), width: 1 }, size: this.gutter ?? GUTTER },
        ],
        series: [{}, { label: this.series.name, stroke: css('--accent'), width: 2, points: { show: false } }],
        hooks: {
          drawClear: [(u) => this.shade(u)],
          draw: [(u) => this.mark(u, marks())],
          setCursor: [(u) => this.read(u)],
        },
      },
      [points.map(([at]) => at), points.map(([, value]) => (Number.isFinite(value) ? value : null))],
      box,
    );
    this.watch ??= new ResizeObserver(() => this.plot?.setSize({ width: box.clientWidth, height: 220 }));
    this.watch.observe(box);
  }

  /** What the series has where the pointer is. */
  read({ cursor, data }) {
    const value = cursor.idx == null ? undefined : data[1][cursor.idx];
    this.querySelector('.reading').textContent =
      value == null ? '' : `${timeText(data[0][cursor.idx] * 1e3)}: ${Number(value.toPrecision(5))}`;
  }

  shade(u) {
    if (!this.band) return;
    const [from, to] = this.band.map((ms) => u.valToPos(ms / 1e3, 'x', true));
    u.ctx.save();
    u.ctx.globalAlpha = 0.16;
    u.ctx.fillStyle = css('--bad');
    u.ctx.fillRect(from, u.bbox.top, Math.max(2, to - from), u.bbox.height);
    u.ctx.restore();
  }

  mark(u, marks) {
    const { left, top, width, height } = u.bbox;
    const inside = marks.filter(({ at }) => at >= u.scales.x.min * 1e3 && at <= u.scales.x.max * 1e3);
    const place = (at) => u.valToPos(at / 1e3, 'x', true);
    u.ctx.save();
    u.ctx.lineWidth = 2 * devicePixelRatio;
    for (const { at, color } of inside) {
      u.ctx.strokeStyle = color.startsWith('--') ? css(color) : color;
      u.ctx.beginPath();
      u.ctx.moveTo(place(at), top);
      u.ctx.lineTo(place(at), top + height);
      u.ctx.stroke();
    }
    // How long it took, along the axis.
    for (const { at, end, color } of marks) {
      const [from, to] = [at, end ?? at].map((ms) => Math.min(left + width, Math.max(left, place(ms))));
      u.ctx.fillStyle = color.startsWith('--') ? css(color) : color;
      u.ctx.fillRect(from, top + height - 4 * devicePixelRatio, to - from, 4 * devicePixelRatio);
    }
    u.ctx.textAlign = 'center';
    u.ctx.fillStyle = css('--ink');
    u.ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
    for (const { at, label } of joined(inside, place, 14 * devicePixelRatio)) {
      u.ctx.fillText(label, at, top - 4 * devicePixelRatio);
    }
    u.ctx.restore();
  }

  /** Where a time lies, in CSS pixels from the left of the plot; for who draws beside it. */
  position(ms) {
    return this.plot.valToPos(ms / 1e3, 'x') + this.plot.bbox.left / devicePixelRatio;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    dark.removeEventListener('change', this);
    this.watch?.disconnect();
    this.plot?.destroy();
    this.plot = undefined;
  }
}

customElements.define('ct-plot', Plot);

/**
 * Series out of a file: JSON as the API takes it, an answer of Prometheus to query_range, or CSV
 * with the columns time and value.
 */
export function parseSeries(text, service, name) {
  if (/^\s*[[{]/.test(text)) {
    const json = JSON.parse(text);
    const list = json?.data?.result ?? json?.series ?? json;
    return (Array.isArray(list) ? list : [list]).map((one) => ({
      service: one.service ?? one.metric?.service ?? service,
      signal: one.signal ?? one.metric?.__name__ ?? name,
      ...(one.labels || one.metric ? { labels: one.labels ?? one.metric } : {}),
      points: one.points ?? one.values,
    }));
  }
  const points = text
    .split(/\r?\n/)
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.length >= 2 && /^\d/.test(cells[0]))
    .map(([at, value]) => [/^[\d.]+$/.test(at) ? Number(at) : Date.parse(at) / 1e3, Number(value)]);
  if (!points.length) throw new Error('The file has no line of the form time,value.');
  return [{ service, signal: name, points }];
}

/** Points as the plot takes them: times in epoch seconds. */
export function plotted(series) {
  return {
    name: [series.service, series.instance, series.signal].filter(Boolean).join(' '),
    points: series.points.map(([at, value]) => [typeof at === 'number' ? at : Date.parse(at) / 1e3, value]),
  };
}
