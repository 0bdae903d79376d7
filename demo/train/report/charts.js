/**
 * Draws the report's two curves with uPlot from the data in the page; runs in any browser, asks for nothing.
 * Inlined into report.html as it stands.
 */
(() => {
  /** @typedef {{ epochs: number[], loss: [number[], number[]], accuracy: [number[], number[]] }} Curves */
  const text = document.getElementById('curves')?.textContent ?? '';
  /** @type {Curves} */
  const curves = JSON.parse(text);
  /** @type {typeof import('uplot')} */
  // @ts-expect-error uPlot's own script, inlined above, defines it
  const Plot = globalThis.uPlot;

  /** @param {string} name */
  const colour = (name) => () => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const font = '12px system-ui, sans-serif';

  /** @param {(value: number) => string} format */
  const readout = (format) => (/** @type {unknown} */ _plot, /** @type {number | null} */ value) =>
    value === null ? '–' : format(value);

  /** @type {import('uplot').Axis} */
  const axis = {
    stroke: colour('--muted'),
    font,
    grid: { stroke: colour('--hairline'), width: 1 },
    ticks: { show: false },
  };

  /**
   * @param {HTMLElement} box
   * @param {[number[], number[]]} series training, then test
   * @param {(value: number) => string} format
   * @param {(value: number) => string} tick
   */
  const draw = (box, series, format, tick) => {
    const height = () => Math.max(200, Math.min(300, Math.round(box.clientWidth * 0.58)));
    // Without a pointer the readout shows the end of the curves.
    const last = curves.epochs.length - 1;
    const points = { show: curves.epochs.length < 3 };
    const plot = new Plot(
      {
        width: box.clientWidth,
        height: height(),
        cursor: { sync: { key: 'epoch' }, points: { size: 8 }, drag: { x: false, y: false } },
        hooks: { ready: [(made) => made.setLegend({ idx: last })] },
        scales: { x: { time: false } },
        axes: [
          { ...axis, size: 30, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10000], space: 48 },
          { ...axis, size: 52, values: (_, splits) => splits.map(tick) },
        ],
        series: [
          { label: 'Epoch', value: readout(String) },
          {
            label: 'Training',
            stroke: colour('--train'),
            width: 2,
            dash: [6, 4],
            points,
            value: readout(format),
          },
          { label: 'Test', stroke: colour('--test'), width: 2.5, points, value: readout(format) },
        ],
      },
      [curves.epochs, ...series],
      box,
    );
    new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: height() })).observe(box);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plot.redraw());
    plot.over.addEventListener('mouseleave', () => plot.setLegend({ idx: last }));
  };

  const loss = document.getElementById('loss-chart');
  const accuracy = document.getElementById('accuracy-chart');
  if (loss === null || accuracy === null) return;
  const decimals = (/** @type {number} */ value) => String(Number(value.toPrecision(3)));
  draw(loss, curves.loss, (value) => value.toFixed(4), decimals);
  draw(
    accuracy,
    curves.accuracy,
    (value) => `${(value * 100).toFixed(1)} %`,
    (value) => `${String(Math.round(value * 1000) / 10)} %`,
  );
})();
