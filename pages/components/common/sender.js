// @ts-check
// Sends what was chosen in a component to the server: not before the last was answered, unless that takes long.

const patience = 1000;

export class Sender {
  /** @param {() => object} chosen what to send, at the moment when it is sent */
  constructor(chosen) {
    this.chosen = chosen;
    this.send = (/** @type {object} */ _sent) => {};
    this.turn = this.answered = this.sent = 0;
    this.timer = null;
  }

  /**
   * The server has answered to what was sent with that turn.
   * @param {number} turn
   */
  hear(turn) {
    this.answered = turn;
    if (this.timer !== null) this.arrange(this.after);
  }

  /** Forget what is to be sent: something else is shown. */
  forget() {
    clearTimeout(this.timer);
    this.timer = null;
    this.turn = this.answered;
  }

  /** Whether the server knows all that was chosen. */
  get settled() {
    return this.turn === this.answered && this.timer === null;
  }

  /** @param {number} after milliseconds that pass at least, from the last call on */
  arrange(after) {
    this.after = after;
    clearTimeout(this.timer);
    const wait = this.answered === this.turn ? after : Math.max(after, this.sent + patience - Date.now());
    this.timer = setTimeout(() => {
      this.timer = null;
      this.sent = Date.now();
      this.turn += 1;
      this.send({ ...this.chosen(), turn: this.turn });
    }, wait);
  }
}
