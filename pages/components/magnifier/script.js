// @ts-check
// An image with a frame on it, and the pixels in the frame as numbers, channel by channel. data: {of, planes, names,
// tints, side: of the frame, at: [column, row] of its corner, or null for the middle, turn}. Sends `changed`: {at, turn}
// when the frame has been moved.
import { lightColours, pictureOf, PixelGrid, planeOf } from "../common/pixel_grid.js";
import { Sender } from "../common/sender.js";
import { cutOut, framed } from "../common/sliding.js";
import { Walk } from "../common/walk.js";

/**
 * @typedef {object} Magnified
 * @property {string} of what is shown; another one is shown from the beginning
 * @property {import("../common/pixel_grid.js").Packed[]} planes one a channel
 * @property {string[]} names of the channels
 * @property {string[]} tints red, green and blue, or one that is empty
 * @property {number} side
 * @property {[number, number] | null} at
 * @property {number} turn
 */

const settled = 300;

class Lesson {
  constructor(root) {
    const find = (selector) => /** @type {any} */ (root.querySelector(selector));
    this.of = null;
    this.sender = new Sender(() => ({ at: this.at }));
    this.image = new PixelGrid(find(".image canvas"), {
      pointed: (column, row, last) => {
        const middle = Math.floor(this.data.side / 2);
        this.look(column - middle, row - middle, last ? 0 : null);
      },
      hovers: () => !this.walk.walking,
      stepped: (right, down) => this.look(this.at[0] + right, this.at[1] + down, settled),
    });
    this.title = find(".image figcaption");
    this.matrices = find(".matrices");
    this.grids = [];
    this.walk = new Walk(find(".play"), (place, ended) => this.walked(place, ended));
    this.walk.button.onclick = () => this.play();
  }

  /** @param {Magnified} data */
  about(data) {
    const [another, first] = [this.of !== data.of, this.of === null];
    this.data = data;
    this.sender.hear(data.turn);
    if (another) this.sender.forget();
    const { width, height } = data.planes[0];
    if (another || this.sender.settled) {
      this.of = data.of;
      this.at = data.at ?? this.at;
    }
    this.at ??= [Math.floor((width - data.side) / 2), Math.floor((height - data.side) / 2)];
    this.planes = data.planes.map(planeOf);
    this.plane = this.planes[0];
    const channels = this.planes.map(({ values }) => values);
    const last = channels.length - 1;
    this.image.show({
      width: this.plane.width,
      height: this.plane.height,
      colour: (place) => [0, 1, 2].map((channel) => channels[Math.min(channel, last)][place]),
    });
    this.title.textContent = `${width}×${height} pixels, ${
      data.names.length > 1 ? "three numbers" : "one number"
    } each`;
    this.makeGrids(data);
    this.looked();
    if (first && !data.at && !Walk.unwanted()) this.play();
  }

  /** @param {Magnified} data */
  makeGrids({ names, tints }) {
    if (this.grids.length !== names.length) {
      const made = names.map(() => {
        const figure = document.createElement("figure");
        const caption = document.createElement("figcaption");
        const canvas = document.createElement("canvas");
        canvas.setAttribute("role", "img");
        figure.append(caption, canvas);
        return { figure, caption, canvas };
      });
      this.matrices.replaceChildren(...made.map(({ figure }) => figure));
      this.grids = made.map(({ caption, canvas }) => ({ caption, grid: new PixelGrid(canvas) }));
    }
    this.matrices.classList.toggle("one", names.length === 1);
    this.colours = tints.map((tint) => lightColours(0, 255, tint));
    this.grids.forEach(({ caption }, place) => caption.textContent = names[place]);
  }

  /** Another part is looked at. */
  looked() {
    const { plane, data } = this;
    const frame = framed(plane, this.at, data.side);
    const { left, top, width, height } = frame;
    this.at = [left, top];
    this.image.show({ windows: [frame] });
    this.grids.forEach(({ grid }, channel) => {
      const cut = cutOut(this.planes[channel], frame);
      grid.show(pictureOf(cut, this.colours[channel]));
      const rows = Array.from(
        { length: height },
        (_, row) => cut.values.slice(row * width, (row + 1) * width).join(" "),
      );
      grid.canvas.setAttribute("aria-label", `${data.names[channel]}, row by row: ${rows.join("; ")}`);
    });
    const { canvas } = this.image;
    canvas.setAttribute("aria-valuemax", String(Math.max(plane.values.length - 1, 0)));
    canvas.setAttribute("aria-valuenow", String(top * plane.width + left));
    canvas.setAttribute("aria-valuetext", `From column ${left}, row ${top} on`);
  }

  look(column, row, after) {
    this.walk.stop();
    this.at = [column, row];
    this.looked();
    if (after !== null) this.sender.arrange(after);
  }

  play() {
    if (this.walk.walking) this.walk.stop();
    else {
      this.home = this.at;
      this.walk.start(0, this.places().total);
    }
  }

  /** In strips over the image, a pixel at a time. */
  places() {
    const { width, height } = this.plane;
    const { side } = this.data;
    const columns = Math.max(1, width - side + 1);
    return { columns, total: columns * Math.max(1, Math.floor(height / side)) };
  }

  walked(place, ended) {
    const { columns } = this.places();
    this.at = ended ? this.home : [place % columns, this.data.side * Math.floor(place / columns)];
    this.looked();
  }
}

/** @param {{parentElement: any, data: Magnified, setStateValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".magnifier");
  const lesson = root.lesson ??= new Lesson(root);
  lesson.sender.send = (sent) => setStateValue("changed", sent);
  lesson.about(data);
}
