// As much of a browser's page as the components' scripts use, for node. `screen` says how large every element is.
// What a browser refuses with an exception (an image without pixels, a negative radius) is refused here too.
const screen = { width: 300, height: 200 };
const queued = { timers: [], frames: [], images: [], observers: [] };
const unsigned = (value) => (Number.isFinite(+value) ? Math.trunc(+value) >>> 0 : 0);
const refuse = (name) => {
  throw Object.assign(new Error(name), { name });
};

class CustomEvent {
  constructor(type, { detail }) {
    Object.assign(this, { type, detail });
  }
}

class Element {
  constructor(tag) {
    Object.assign(this, { tag, children: [], parentElement: null, heard: {}, own: new Map(), hidden: false });
    Object.assign(this, { value: "", checked: false, scrollTop: 0, rows_: null, texts: "" });
    this.style = { setProperty() {} };
    const { own } = this;
    this.classList = {
      list: () => (own.get("class") ?? "").split(" ").filter(Boolean),
      contains: (name) => this.classList.list().includes(name),
      add: (name) => this.classList.toggle(name, true),
      remove: (name) => this.classList.toggle(name, false),
      toggle: (name, on = !this.classList.contains(name)) => {
        const others = this.classList.list().filter((each) => each !== name);
        own.set("class", (on ? [...others, name] : others).join(" "));
      },
    };
    this.dataset = new Proxy({}, {
      get: (_, name) => own.get(`data-${String(name)}`),
      set: (_, name, value) => own.set(`data-${String(name)}`, String(value)) && true,
    });
    if (tag === "template") this.content = new Element("fragment");
    if (tag === "canvas") Object.assign(this, { wide: 300, high: 150 });
  }
  get className() {
    return this.own.get("class") ?? "";
  }
  set className(value) {
    this.own.set("class", String(value));
  }
  get textContent() {
    return this.texts + this.children.map((each) => each.textContent).join("");
  }
  set textContent(value) {
    this.replaceChildren();
    this.texts = String(value);
  }
  set innerHTML(text) {
    parse(this.content ?? this, text);
  }
  get isConnected() {
    return this === body || Boolean(this.parentElement?.isConnected);
  }
  get firstElementChild() {
    return this.children[0] ?? null;
  }
  get lastElementChild() {
    return this.children.at(-1) ?? null;
  }
  get width() {
    return this.tag === "canvas" ? this.wide : screen.width;
  }
  set width(value) {
    this.wide = unsigned(value);
  }
  get height() {
    return this.tag === "canvas" ? this.high : screen.height;
  }
  set height(value) {
    this.high = unsigned(value);
  }
  get rowIndex() {
    return this.table?.rows.indexOf(this) ?? -1;
  }
  get cellIndex() {
    return this.parentElement.children.indexOf(this);
  }
  get table() {
    return this.closest("table");
  }
  get rows() {
    return this.querySelectorAll("tr");
  }
  get cells() {
    return this.children;
  }
  setAttribute(name, value) {
    this.own.set(name, String(value));
  }
  getAttribute(name) {
    return this.own.get(name) ?? null;
  }
  append(...added) {
    for (const each of added) {
      if (!(each instanceof Element)) {
        this.texts += String(each);
        continue;
      }
      each.remove();
      each.parentElement = this;
      this.children.push(each);
    }
  }
  insertBefore(added, before) {
    added.remove();
    added.parentElement = this;
    this.children.splice(before ? this.children.indexOf(before) : this.children.length, 0, added);
  }
  replaceChildren(...added) {
    for (const each of this.children) each.parentElement = null;
    this.children.length = 0;
    this.texts = "";
    this.append(...added);
  }
  remove() {
    const around = this.parentElement?.children;
    if (around) around.splice(around.indexOf(this), 1);
    this.parentElement = null;
  }
  cloneNode() {
    const made = new Element(this.tag);
    for (const [name, value] of this.own) made.own.set(name, value);
    made.texts = this.texts;
    made.append(...this.children.map((each) => each.cloneNode()));
    return made;
  }
  added(tag) {
    const made = new Element(tag);
    this.append(made);
    return made;
  }
  createTHead() {
    return this.added("thead");
  }
  createTBody() {
    return this.added("tbody");
  }
  createTFoot() {
    return this.added("tfoot");
  }
  insertRow() {
    return this.added("tr");
  }
  insertCell() {
    return this.added("td");
  }
  contains(other) {
    for (let at = other; at; at = at.parentElement) if (at === this) return true;
    return false;
  }
  matches(selector) {
    return selector.split(",").some((each) => matchesPath(this, each.trim().split(/\s+/)));
  }
  closest(selector) {
    for (let at = this; at; at = at.parentElement) if (at.matches(selector)) return at;
    return null;
  }
  *beneath() {
    for (const each of this.children) {
      yield each;
      yield* each.beneath();
    }
  }
  querySelectorAll(selector) {
    return [...this.beneath()].filter((each) => each.matches(selector));
  }
  querySelector(selector) {
    for (const each of this.beneath()) if (each.matches(selector)) return each;
    return null;
  }
  get clientWidth() {
    return screen.width;
  }
  get clientHeight() {
    return screen.height;
  }
  get offsetWidth() {
    return screen.width;
  }
  get offsetHeight() {
    return screen.height;
  }
  get offsetLeft() {
    return 0;
  }
  get offsetTop() {
    return 0;
  }
  getBoundingClientRect() {
    return { left: 0, top: 0, right: screen.width, bottom: screen.height, ...screen };
  }
  getRootNode() {
    return { activeElement: null };
  }
  addEventListener(name, act) {
    (this.heard[name] ??= []).push(act);
  }
  removeEventListener() {}
  setPointerCapture() {}
  scrollIntoView() {}
  focus() {}
  decode() {
    return Promise.resolve();
  }
  getContext() {
    return (this.ink ??= new Ink(this));
  }
  toDataURL() {
    return "data:image/png;base64,";
  }
  set src(address) {
    queued.images.push(this);
    this.address = address;
  }
  get src() {
    return this.address;
  }
  get naturalWidth() {
    return unsigned(screen.width) || 1;
  }
  get naturalHeight() {
    return unsigned(screen.height) || 1;
  }
  // Call what hears an event, from here outwards.
  dispatch(name, event) {
    for (let at = this; at; at = at.parentElement) {
      at[`on${name}`]?.(event);
      for (const act of at.heard[name] ?? []) act(event);
    }
  }
}

class Ink {
  constructor(canvas) {
    this.canvas = canvas;
  }
  measureText(text) {
    return { width: 7 * text.length };
  }
  arc(_x, _y, radius) {
    if (radius < 0) refuse("IndexSizeError");
  }
  drawImage(picture) {
    if (picture instanceof Element && picture.tag === "canvas" && !(picture.wide && picture.high)) {
      refuse("InvalidStateError");
    }
  }
  getImageData(_x, _y, width, height) {
    return new ImageData(width, height);
  }
}
for (
  const name
    of "beginPath moveTo lineTo closePath stroke fill clip rect fillRect strokeRect clearRect fillText strokeText save restore scale rotate setTransform setLineDash putImageData"
      .split(" ")
) Ink.prototype[name] = () => {};

class ImageData {
  constructor(width, height) {
    if (!unsigned(width) || !unsigned(height)) refuse("IndexSizeError");
    if (unsigned(width) * unsigned(height) > 2 ** 28) refuse("RangeError");
    Object.assign(this, { width: unsigned(width), height: unsigned(height) });
    this.data = new Uint8ClampedArray(4 * this.width * this.height);
  }
}
class OffscreenCanvas extends Element {
  constructor(width, height) {
    super("canvas");
    Object.assign(this, { width, height });
  }
}
class Image extends Element {
  constructor() {
    super("img");
  }
}
class ResizeObserver {
  constructor(act) {
    queued.observers.push(act);
  }
  observe() {}
  disconnect() {}
}
class MutationObserver {
  observe() {}
  disconnect() {}
}

// One of a path of simple selectors: tag, .class, [name], [name="value"]; :not(...) holds for every element.
function matchesPath(element, path) {
  if (!matchesOne(element, path.at(-1))) return false;
  if (path.length === 1) return true;
  for (let at = element.parentElement; at; at = at.parentElement) if (matchesPath(at, path.slice(0, -1))) return true;
  return false;
}
function matchesOne(element, selector) {
  const parts = selector.replace(/:not\([^)]*\)/g, "").match(/\[[^\]]*\]|[.]?[\w-]+/g) ?? [];
  return parts.every((part) => {
    if (part[0] === ".") return element.classList.contains(part.slice(1));
    if (part[0] !== "[") return element.tag === part;
    const [name, value] = part.slice(1, -1).split("=");
    const has = name === "tabindex" && element.tabIndex !== undefined
      ? String(element.tabIndex)
      : element.own.get(name);
    return has !== undefined && (value === undefined || has === value.replace(/^["']|["']$/g, ""));
  });
}

// Put what simple HTML says into an element.
function parse(into, text) {
  into.replaceChildren();
  let at = into;
  for (const [, end, tag, attributes, texts] of text.matchAll(/<(\/?)([\w-]+)([^>]*)>|([^<]+)/g)) {
    if (texts) at.texts += texts.trim();
    else if (end) at = at.parentElement ?? into;
    else {
      const made = new Element(tag.toLowerCase());
      for (const [, name, value] of attributes.matchAll(/([\w-]+)(?:=['"]([^'"]*)['"])?/g)) {
        made.own.set(name, value ?? "");
        if (name === "hidden") made.hidden = true;
      }
      at.append(made);
      if (!/^(img|input|br)$/.test(made.tag)) at = made;
    }
  }
}

const body = new Element("body");
Object.assign(globalThis, {
  screen,
  queued,
  CustomEvent,
  Element,
  ImageData,
  OffscreenCanvas,
  Image,
  ResizeObserver,
  MutationObserver,
  devicePixelRatio: 1,
  innerHeight: 900,
  document: {
    createElement: (tag) => new Element(tag),
    createElementNS: (_, tag) => new Element(tag),
    createTextNode: (text) => Object.assign(new Element("text"), { texts: String(text) }),
    querySelector: (selector) => body.querySelector(selector),
    addEventListener: (name, act) => body.addEventListener(name, act),
    dispatchEvent: (event) => [...body.heard[event.type] ?? []].forEach((act) => act(event)),
    removeEventListener: (name, act) => (body.heard[name] = (body.heard[name] ?? []).filter((each) => each !== act)),
  },
  body,
  CSS: { escape: (text) => String(text) },
  getComputedStyle: () => ({
    fontFamily: "sans",
    fontSize: "16px",
    color: "#000",
    backgroundColor: "#fff",
    gridTemplateColumns: "76px 76px 76px",
  }),
  matchMedia: () => ({ matches: false }),
  setTimeout: (act) => queued.timers.push(act),
  clearTimeout: () => {},
  setInterval: (act) => queued.timers.push(act),
  clearInterval: () => {},
  navigator: {
    mediaDevices: {
      getUserMedia: () =>
        Math.random() < 0.5
          ? Promise.resolve({ getTracks: () => [{ stop() {} }] })
          : Promise.reject(Object.assign(new Error(), { name: "NotAllowedError" })),
    },
  },
  requestAnimationFrame: (act) => queued.frames.push(act),
  createImageBitmap: () => Promise.resolve({ close() {} }),
  fetch: () =>
    Promise.resolve({ ok: true, json: () => Promise.resolve(globalThis.fetched_), blob: () => Promise.resolve(null) }),
});
