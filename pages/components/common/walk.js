// @ts-check
// A window that walks by itself: place after place, until the last one or until it is told to stop; its button says so.

const seconds = 9;

export class Walk {
  /**
   * @param {HTMLElement} button says what a click on it does
   * @param {(place: number, ended: boolean) => void} went called with each place that it comes to
   */
  constructor(button, went) {
    this.button = button;
    this.went = went;
    this.walking = false;
    this.turn = 0;
  }

  /**
   * Walk through all places in the same time, however many; at once where no movement is wanted.
   * @param {number} from
   * @param {number} total how many places there are
   */
  start(from, total) {
    const turn = this.turn += 1;
    const begun = Date.now();
    this.walking = true;
    this.say();
    let last = -1;
    const step = () => {
      if (turn !== this.turn) return;
      const gone = ((Date.now() - begun) / 1000 / seconds) * total;
      const place = Math.min(from + Math.floor(gone), total - 1);
      this.walking = place < total - 1;
      if (!this.walking) this.say();
      if (place !== last || !this.walking) this.went(place, !this.walking);
      last = place;
      if (!this.walking) return;
      // At a few places a second, a frame for each is enough: every other one would draw the same again.
      const milliseconds = (1 - (gone % 1)) * 1000 * seconds / total;
      setTimeout(() => requestAnimationFrame(step), milliseconds);
    };
    step();
  }

  stop() {
    this.turn += 1;
    this.walking = false;
    this.say();
  }

  say() {
    this.button.textContent = this.walking ? "❚❚ Pause" : "▶ Walk";
  }

  /** Whether a person has asked the system for less movement. */
  static unwanted() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }
}
