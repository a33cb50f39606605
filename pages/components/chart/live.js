// @ts-check
// Points of a training that goes on, asked for as soon as they are recorded: the page itself draws all anew less often.
/**
 * @typedef {import("./axes.js").Chart} Chart
 * @typedef {import("./axes.js").Line} Line
 * @typedef {[number, number, number, number | null]} Point Of which chart, of which line, position, value.
 */

const PAUSE_MS = 200; // From one question to the next, at least.
const ROOM = 1 / 20; // Beyond the values, of the length of their axis: as core/charts/training_curves.py has it.

/**
 * The points that are further on than a chart's own lines.
 * @param {Chart[]} charts
 * @param {Point[]} points
 */
export function beyond(charts, points) {
  return points.filter(([chart, line, x]) => x > (charts[chart]?.lines[line]?.x.at(-1) ?? -Infinity));
}

/**
 * Charts with points put after their lines; their axes of values are as long as that takes.
 * @param {Chart[]} charts
 * @param {Point[]} points ascending in each line
 */
export function grownBy(charts, points) {
  return charts.map((chart, at) => {
    const own = points.filter((point) => point[0] === at);
    if (!own.length) return chart;
    const lines = chart.lines.map((line, place) => longer(line, own.filter((point) => point[1] === place)));
    return { ...chart, lines, range: chart.range && widened(chart, own.map((point) => point[3])) };
  });
}

/**
 * @param {Line} line
 * @param {Point[]} points
 * @returns {Line}
 */
function longer(line, points) {
  if (!points.length) return line;
  const y = points.map((point) => point[3]);
  const band = line.lows.length ? y : [];
  return {
    ...line,
    x: [...line.x, ...points.map((point) => point[2])],
    y: [...line.y, ...y],
    lows: [...line.lows, ...band],
    highs: [...line.highs, ...band],
  };
}

/**
 * @param {Chart} chart
 * @param {(number | null)[]} values
 * @returns {[number, number]}
 */
function widened({ range: [low, high], scale }, values) {
  const room = ROOM * (high - low);
  const known = values.filter((value) => value !== null && (scale !== "log" || value > 0));
  const places = known.map((value) => (scale === "log" ? Math.log10(value) : value));
  const [lowest, highest] = [Math.min(...places), Math.max(...places)];
  return [lowest < low ? lowest - room : low, highest > high ? highest + room : high];
}

export class Live {
  /**
   * @param {() => Chart[] | null} charts what the page itself has drawn
   * @param {() => void} draw
   */
  constructor(charts, draw) {
    this.charts = charts;
    this.draw = draw;
    /** @type {Point[]} */
    this.points = [];
    /** @type {string | null} */
    this.address = null;
    this.from = -1;
    this.shown = false;
    this.asking = false;
  }

  // Go on asking at an address, or at none; the page has just been drawn.
  /** @param {string | null} address */
  follow(address) {
    if (address !== this.address) [this.from, this.points] = [-1, []];
    this.address = address;
    this.shown = true;
    this.points = beyond(this.charts() ?? [], this.points);
    if (address && !this.asking) this.ask();
  }

  // To be followed again, or never: each time that the page is drawn, this comes before.
  stop() {
    this.shown = false;
  }

  // An answer that does not come, or a page out of sight, ends it, until the page is drawn the next time.
  async ask() {
    this.asking = true;
    try {
      while (this.shown && this.address && !document.hidden) {
        const { address, from } = this;
        const soonest = performance.now() + PAUSE_MS;
        const answer = await fetch(`${address}?from=${from}`);
        if (!answer.ok) break;
        const { to, points } = await answer.json();
        if (address === this.address) this.take(to, points);
        await new Promise((resolve) => setTimeout(resolve, soonest - performance.now()));
      }
    } catch {
      // The server is gone for now.
    }
    this.asking = false;
    if (document.hidden) this.from = -1;
  }

  /**
   * @param {number} to
   * @param {Point[]} points
   */
  take(to, points) {
    if (to < this.from) this.points = []; // Records were taken back: the run goes on from a checkpoint.
    this.from = to;
    const charts = this.charts();
    if (!charts || !points.length) return;
    this.points = [...this.points, ...beyond(grownBy(charts, this.points), points)];
    this.draw();
  }
}
