// @ts-check
// An image with a box on it. data: {url, alt, width, height, box: [left, top, width, height] in pixels, turn: of the
// sent box that the server answers}. Sends `box`: {box, dragging, turn}, at most each `pause` ms while it is dragged.
/**
 * @typedef {object} Cropped
 * @property {string} url
 * @property {string} alt
 * @property {number} width
 * @property {number} height
 * @property {[number, number, number, number]} box
 * @property {number} turn
 */

const pause = 60;
const clamp = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high));

// Returns the box moved by whole pixels (grip [0, 0]) or with the corner of a grip, such as [1, -1], moved.
export function changed([left, top, width, height], [gripX, gripY], x, y, picture) {
  if (!gripX && !gripY) {
    return [clamp(left + x, 0, picture.width - width), clamp(top + y, 0, picture.height - height), width, height];
  }
  const along = (begin, length, grip, by, whole) => {
    if (grip === 0) return [begin, length];
    if (grip > 0) return [begin, clamp(length + by, 1, whole - begin)];
    const moved = clamp(begin + by, 0, begin + length - 1);
    return [moved, length + begin - moved];
  };
  const [newLeft, newWidth] = along(left, width, gripX, x, picture.width);
  const [newTop, newHeight] = along(top, height, gripY, y, picture.height);
  return [newLeft, newTop, newWidth, newHeight];
}

/** @param {{parentElement: any, data: Cropped, setStateValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setStateValue }) {
  const [frame, picture, box] = [".image", "img", ".box"].map((name) => parentElement.querySelector(name));
  const live = (frame.live ??= { turn: data.turn, timer: null, dragging: null, now: data.box });
  live.data = data;
  const draw = () => {
    const [left, top, width, height] = live.now;
    const share = (part, whole) => `${(100 * part) / whole}%`;
    box.style.left = share(left, live.data.width);
    box.style.top = share(top, live.data.height);
    box.style.width = share(width, live.data.width);
    box.style.height = share(height, live.data.height);
    box.setAttribute("aria-valuetext", `left ${left}, top ${top}, ${width} by ${height} pixels`);
  };
  // An answer to an older box must not push back the one under the pointer, nor one that is still to be sent.
  if (!live.dragging && live.timer === null && data.turn >= live.turn) live.now = data.box;
  if (picture.src !== data.url) picture.src = data.url;
  picture.alt = data.alt;
  frame.style.setProperty("--wide", data.width / data.height);
  frame.classList.toggle("small", Math.max(data.width, data.height) <= 128);
  draw();

  const send = () => {
    clearTimeout(live.timer);
    live.timer = null;
    live.turn += 1;
    setStateValue("box", { box: live.now, dragging: live.dragging !== null, turn: live.turn });
  };
  box.onpointerdown = (event) => {
    const { x = "0", y = "0" } = event.target.dataset;
    live.dragging = { grip: [Number(x), Number(y)], from: [event.clientX, event.clientY], box: live.now };
    box.setPointerCapture(event.pointerId);
  };
  box.onpointermove = (event) => {
    if (!live.dragging) return;
    const { grip, from, box: before } = live.dragging;
    const shown = frame.getBoundingClientRect();
    const x = Math.round(((event.clientX - from[0]) * data.width) / shown.width);
    const y = Math.round(((event.clientY - from[1]) * data.height) / shown.height);
    live.now = changed(before, grip, x, y, live.data);
    draw();
    live.timer ??= setTimeout(send, pause);
  };
  box.onpointerup = box.onpointercancel = () => {
    if (!live.dragging) return;
    live.dragging = null;
    send();
  };
  box.onkeydown = (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const grip = event.shiftKey ? step.map((each) => (each ? 1 : 0)) : [0, 0];
    live.now = changed(live.now, grip, ...step, live.data);
    draw();
    live.timer ??= setTimeout(send, pause);
  };
}
