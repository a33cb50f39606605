// @ts-check
// Images that change from frame to frame. data: bytes: the length of what comes first as 4 bytes, little endian, then
// JSON {of, rows, width, height, pitch: rows between the tops of two frames, columns: [name], label, said: [text a frame],
// alt, side: pixels on the page, at: a frame, −1 the last, plays: whether it plays once by itself}, then one JPEG or PNG
// with all frames, one beneath the other. Sends `at`: the frame where a drag or the playing ended.

const frameMs = 90;
const gap = 0.08; // Between two images, as a part of their side.
const shortest = 1500; // Even a film of few frames plays so long, in ms.

class Player {
  constructor(root, send) {
    const find = (/** @type {string} */ selector) => root.querySelector(selector);
    this.root = root;
    this.names = find(".names");
    this.canvas = find("canvas");
    this.bar = find(".bar");
    this.button = find("button");
    this.slider = find("input");
    this.output = find("output");
    this.send = (place) => {
      const given = this.about.at < 0 ? this.last : this.about.at;
      if (place !== given) send(place);
    };
    this.turn = 0;
    this.playing = false;
  }

  /** Follow the slider and the button, once there is a film. */
  listen() {
    this.slider.oninput = () => {
      this.stop();
      this.draw();
    };
    this.slider.onchange = () => this.send(this.place);
    this.button.onclick = () => this.playing ? this.end() : this.play(this.place < this.last ? this.place : 0);
  }

  get place() {
    return Number(this.slider.value);
  }

  get last() {
    return this.about.said.length - 1;
  }

  async show(bytes) {
    const turn = this.turn += 1;
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const about = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    const sheet = await createImageBitmap(new Blob([bytes.subarray(4 + length)]));
    if (this.turn !== turn) return; // A newer film was faster.
    const before = this.about;
    const another = before?.of !== about.of;
    const atEnd = before && this.place >= before.said.length - 1;
    this.sheet?.close();
    this.sheet = sheet;
    this.about = about;
    this.listen();
    this.arrange();
    const given = about.at < 0 ? this.last : Math.min(about.at, this.last);
    if (another) this.slider.value = String(given);
    else if (atEnd && !this.playing) this.slider.value = String(this.last);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (another && about.plays && !still && this.last > 0) this.play(0);
    else this.draw();
    this.root.dataset.of = about.of;
  }

  arrange() {
    const { rows, width, height, columns, label, side } = this.about;
    const space = Math.max(1, Math.round(gap * Math.min(width, height)));
    this.space = space;
    Object.assign(this.canvas, {
      width: columns.length * (width + space) - space,
      height: rows * (height + space) - space,
    });
    this.root.style.setProperty("--width", `${Math.ceil((side / Math.max(width, height)) * this.canvas.width)}px`);
    this.root.classList.toggle("crisp", side / Math.max(width, height) >= 2);
    this.names.replaceChildren(...columns.map((name) => {
      const made = document.createElement("span");
      made.textContent = name;
      return made;
    }));
    this.names.hidden = !columns.some((name) => name);
    this.bar.hidden = this.last < 1;
    this.slider.max = String(this.last);
    this.slider.ariaLabel = label;
  }

  draw() {
    const { rows, width, height, pitch, columns, said, label, alt } = this.about;
    const brush = this.canvas.getContext("2d");
    brush.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const top = this.place * pitch;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns.length; column++) {
        const [x, y] = [column * (width + this.space), row * (height + this.space)];
        brush.drawImage(this.sheet, column * width, top + row * height, width, height, x, y, width, height);
      }
    }
    const words = said[this.place] ?? "";
    this.output.textContent = words;
    this.slider.ariaValueText = words;
    this.canvas.ariaLabel = `${alt} ${words}`;
    this.button.textContent = this.playing ? "❚❚" : "▶";
    this.button.title = this.button.ariaLabel = this.playing ? "Pause" : `Play: ${label}`;
  }

  play(from) {
    const turn = this.playTurn = (this.playTurn ?? 0) + 1;
    const pace = Math.max(frameMs, shortest / Math.max(1, this.last));
    const begun = Date.now();
    this.playing = true;
    const step = () => {
      if (turn !== this.playTurn || !this.root.isConnected) return;
      const at = Math.min(from + Math.floor((Date.now() - begun) / pace), this.last);
      this.slider.value = String(at);
      if (at >= this.last) {
        this.end();
        return;
      }
      this.draw();
      setTimeout(step, pace);
    };
    step();
  }

  stop() {
    this.playTurn = (this.playTurn ?? 0) + 1;
    this.playing = false;
  }

  end() {
    this.stop();
    this.draw();
    this.send(this.place);
  }
}

/** @param {{parentElement: any, data: Uint8Array, setStateValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".film");
  const player = root.player ??= new Player(root, (place) => player.tell(place));
  player.tell = (place) => setStateValue("at", place);
  return player.show(data);
}
