// Data for each component, drawn by a case's number: sizes and counts from nothing to very much.
let state = 1;
function share() {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
const below = (count) => Math.floor(share() * count);
const one = (list) => list[below(list.length)];
const chance = (part) => share() < part;
const list = (count, make) => Array.from({ length: count }, (_, index) => make(index));
const word = () => one(["", "cat", "a".repeat(2000), "<b>&'\"", "\u202e🐈", "10"]);
const size = () => one([1, 2, 28, 224, 4000]);
const count = (most = 300) => one([0, 1, 2, 10, most]);
const lengthOf = () => one([0, 1, 3, 24, 300, 1000]);
const odd = [
  0,
  -0,
  1,
  -1,
  NaN,
  Infinity,
  -Infinity,
  1e308,
  -1e308,
  5e-324,
  1e-12,
  2 ** 53,
  2 ** 53 + 2,
  null,
  undefined,
  "",
  "x",
  [],
  {},
];

// As a run may have them: nothing, one value, all the same, very large, very small, gaps.
function values(length, low = 1e-9) {
  const kind = below(6);
  const constant = one([0, 1, low, 1e-300, 1e300, 0.1, 1e17]);
  return list(length, () => {
    if (kind === 0) return constant;
    if (kind === 1) return chance(0.3) ? null : share();
    if (kind === 2) return null;
    if (kind === 3) return 10 ** (share() * 300 - 100);
    if (kind === 4) return constant * (1 + 1e-15 * below(3));
    return share() * 3;
  });
}
function ascending(length) {
  let at = 0;
  const step = one([0, 1e-9, 1, 1e12]);
  return list(length, () => (at += step));
}
const limits = () =>
  one([[0, 1], [-3, 2], [0.5, 0.5], [1e17, 1e17 + 64], [-300, 300], [-6, 5e-324], [0.999999999999, 1]]);
const ticks = () => list(30, (at) => [1, 2, 5][at % 3] * 10 ** (Math.floor(at / 3) - 6));

const makers = {
  answers_list: () => ({
    rows: list(
      count(),
      (id) => ({
        id,
        url: "u",
        name: word(),
        answer: word(),
        confidence: one([0, 0.5, 1]),
        decision: word(),
        asked: chance(0.5),
        truth: word(),
      }),
    ),
    opened: below(3),
  }),
  camera: () => ({ live: chance(0.5), most: one([0, 1, 200]), taken: list(count(20), (id) => id), answered: below(3) }),
  class_scores: () => ({
    rows: list(
      one([1, 2, 10, 1000]),
      () => ({
        name: word(),
        support: count(1e6),
        predicted: count(1e6),
        recall: one([null, 0, 1, 0.3]),
        precision: one([null, 0, 1]),
        f1: one([null, 0.5]),
        confused: chance(0.5) ? null : { predicted: 0, name: word(), count: 3 },
      }),
    ),
    means: list(2, () => ({ name: word(), recall: share(), precision: share(), f1: share() })),
  }),
  compare: () => {
    const side = () => {
      const channels = one([1, 3]);
      const [high, wide] = [one([1, 7]), one([1, 7])];
      return {
        url: `u${below(3)}`,
        width: size(),
        height: size(),
        label: word(),
        alt: word(),
        missing: word(),
        corner: [below(30), below(30)],
        histograms: list(channels, () => list(256, () => one([0, 1, 5, 1e7]))),
        patch: chance(0.3) ? null : list(high, () => list(wide, () => list(channels, () => below(256)))),
      };
    };
    return { divided: chance(0.5), before: side(), after: side() };
  },
  confusion: () => {
    const length = one([1, 2, 10, 40]); // The page draws no more.
    const numbers = () => list(length, () => count(1e6));
    return {
      classes: list(length, (at) => at),
      names: list(length, word),
      counts: list(length, numbers),
      support: numbers(),
      predicted: numbers(),
      shares: chance(0.5),
      chosen: { true: one([null, 0]), predicted: one([null, 0]) },
    };
  },
  convolution: () => {
    const plane = () => packed(one([1, 8, 28]), one([1, 8, 28]));
    const length = one([1, 2, 3, 5]);
    const kernel = () => list(length ** 2, () => one([0, 1, -2.5, null]));
    return {
      of: word(),
      plane: plane(),
      name: word(),
      tint: one(["", "red"]),
      kernel: kernel(),
      window: { size: length, stride: one([1, 2, 8]), padding: one(["valid", "same"]) },
      at: one([null, [0, 0], [3, 900]]),
      light: chance(0.5),
      layer: chance(0.6) ? null : { output: plane(), kernel: kernel(), bias: 1, activation: word() },
      live: chance(0.5),
      turn: below(3),
    };
  },
  crop_box: () => ({
    url: "u",
    alt: word(),
    width: size(),
    height: size(),
    box: list(4, () => below(300)),
    turn: below(3),
  }),
  chart: () => {
    const axis = one(["epoch", "seconds of training"]);
    const line = () => {
      const length = lengthOf();
      const banded = chance(0.3) ? length : 0;
      return {
        name: word(),
        colour: "red",
        width: 2,
        opacity: one([1, 0.45]),
        dash: one([[], [9, 4]]),
        markers: chance(0.3),
        x: ascending(length),
        y: values(length),
        lows: values(banded),
        highs: values(banded),
        start: one([0, 0, 0, 1, 300]),
      };
    };
    const chart = (wide) => {
      const strip = wide && chance(0.5);
      return {
        title: word(),
        axis,
        end: one([1.02, 0, 1e6, 1e-9]),
        unit: word(),
        scale: one(["share", "log", "linear"]),
        lines: list(one([0, 0, 1, 2, 3, 40]), line),
        alt: word(),
        ticks: one([[], ticks(), [0, 1e17]]),
        range: one([null, limits()]),
        each: chance(0.5),
        whole: chance(0.5),
        height: strip ? 92 : one([190, 300]),
        wide,
        best: one([null, 0, 1, 1e6]),
        strip,
        margin: strip ? { l: 64, r: 8, t: 28, b: 8 } : { l: 64, r: 8, t: 36, b: 48 },
      };
    };
    const serial = one([1, 2, 3, 4]);
    return {
      serial,
      after: chance(0.5) ? [] : [serial - 2, serial - 1],
      charts: [false, false, true, true].map(chart),
    };
  },
  drawing_pad: () => null,
  film: () =>
    bytesOf({
      of: word(),
      rows: one([1, 5]),
      width: size(),
      height: size(),
      pitch: 30,
      columns: list(one([1, 2, 10]), word),
      label: word(),
      said: list(one([1, 2, 40]), word),
      alt: word(),
      side: one([1, 64, 300]),
      at: one([-1, 0, 30]),
      plays: chance(0.5),
    }),
  image_strip: () => ({
    images: list(count(1000), (id) => ({ id: String(id), url: "u", alt: word(), marked: chance(0.2) })),
  }),
  panels: () => {
    const axis = () => {
      const [low, high] = limits();
      return { title: word(), low, high, ticks: list(below(8), () => [share(), word()]), log: chance(0.3) };
    };
    const mark = () => {
      const length = lengthOf();
      return {
        kind: one(["line", "bars", "outline", "dots", "across", "down"]),
        colour: "blue",
        x: values(length),
        y: values(length),
        label: word(),
        dashed: chance(0.3),
      };
    };
    const plot = () => ({
      title: word(),
      alt: word(),
      x: axis(),
      y: axis(),
      marks: list(below(4), mark),
      width: one([260, 300]),
      height: 240,
    });
    const picture = () => ({
      title: word(),
      alt: word(),
      note: word(),
      url: `u${below(3)}`,
      width: one([1, 130, 400]),
      crisp: chance(0.5),
    });
    const panels = list(below(6), () => chance(0.5) ? { plot: plot() } : { picture: picture() });
    // Deflated {"pictures":[],"frames":{"0":[],"2":[]}}.
    const packed = "eJyrVirITC4pLUotVrKKjtVRSitKzAWxq5UMIAJGIKq2FgATAwy4";
    const known = { key: "k0", low: 0, step: one([1, 0.1, 0]), others: { k1: share() }, left: below(3), packed };
    const follows = { token: word(), values: { k0: share(), k1: share() }, frames: chance(0.5) ? known : null };
    return { of: word(), panels, ...(chance(0.5) ? { follows } : {}) };
  },
  optimiser_race: () => {
    const name = one(["bowl", "ravine", "saddle", "rosenbrock", "minima", "slice", word()]);
    const side = one([0, 1, 2, 25]);
    const reach = one([2, 1, 1e-9, 0]);
    const trail = one([[], [[0, 0]], list(8, (at) => [at / 8, share()])]);
    return {
      ground: {
        name,
        said: word(),
        middle: [0, one([0, 1])],
        reach,
        start: [share(), -share()],
        values: list(side * side, () => one([0, 1, share(), 1e300])),
        side,
        trail,
        stops: trail.map(word),
      },
      chosen: {
        start: one([null, [0.5, -0.5], [1e9, 0]]),
        rates: [one([0.05, 1e-6, 10]), one([0, 0.9, 0.999]), one([0, 0.999]), one([1e-10, 1])],
        racers: one([[], ["sgd"], ["sgd", "momentum", "nesterov", "adam", "adamw", "rmsprop"]]),
      },
      usual: [0.05, 0.9, 0.999, 1e-7],
    };
  },
  paste_images: () => null,
  pooling: () => {
    const length = one([1, 2, 3, 5]);
    return {
      of: word(),
      plane: packed(one([1, 8, 28]), one([1, 8, 28])),
      name: word(),
      tint: one(["", "blue"]),
      kernel: list(length ** 2, () => one([0, 1, -2.5])),
      window: { size: length, stride: one([1, 2, 8]), padding: one(["valid", "same"]) },
      at: one([null, [0, 0], [3, 900]]),
      shift: one([[0, 0], [1, -4]]),
      difference: chance(0.5),
      turn: below(3),
    };
  },
  magnifier: () => {
    const [width, height, channels] = [one([1, 8, 28, 224]), one([1, 8, 28]), one([1, 3])];
    return {
      of: word(),
      planes: list(channels, () => packed(width, height)),
      names: list(channels, word),
      tints: list(channels, () => one(["", "red"])),
      side: 8,
      at: one([null, [0, 0], [3, 900]]),
      turn: below(3),
    };
  },
  photo_buttons: () => ({
    photos: list(count(), (id) => ({ id: String(id), url: "u", title: word() })),
    chosen: one(["", "0", word()]),
  }),
  score_bars: () => ({
    said: word(),
    sure: chance(0.5),
    bars: list(count(), () => ({ name: word(), share: one([0, 0.5, 1, share()]), colour: "#000" })),
  }),
  gallery: () => {
    const perPage = one([1, 24, 96]);
    const total = one([1, 2, 97, 200000]);
    const pages = Math.ceil(total / perPage);
    const number = 1 + below(pages);
    const item = (id) => ({ id, url: "u", alt: word(), caption: word(), mark: word(), dimmed: chance(0.2) });
    return {
      of: word(),
      number,
      pages,
      perPage,
      total,
      turn: below(4),
      side: one([1, 76, 112]),
      crisp: chance(0.5),
      focus: one([null, 0, 5]),
      reveal: chance(0.5),
      pictures: Object.fromEntries(
        [number, number + 1].filter(() => chance(0.8)).map((each) => [each, list(below(perPage + 1), item)]),
      ),
    };
  },
  layers: () => ({
    rows: list(
      count(1000),
      (id) => ({
        id,
        title: word(),
        details: word(),
        output: word(),
        parameters: "1",
        memory: "1",
        share: one([0, 1]),
        colour: "red",
        problem: word(),
        fixed: chance(0.3),
      }),
    ),
    chosen: below(4),
  }),
  layer_maps: () => {
    const [height, width, channels] = [one([1, 8, 224]), one([1, 8, 224]), one([1, 3])];
    const sizes = [];
    const layer = (stage) => {
      const flat = chance(0.3);
      const maps = flat ? [1, 1, one([1, 10, 256])] : [one([1, 16]), one([1, 7, 64]), one([1, 7, 64])];
      const filters = chance(0.3) ? [maps[0], 3, 3, one([1, 3])] : [0, 0, 0, 1];
      sizes.push(maps, filters);
      const field = () => [one([1, 16]), one([0, -394, 3]), one([0, 456])];
      return {
        stage,
        kind: word(),
        said: word(),
        shape: flat ? [one([maps[2], 9000])] : [maps[1], maps[2], one([maps[0], 1280])],
        maps,
        lows: list(maps[0], () => one([0, -1e30, 0.5])),
        highs: list(maps[0], () => one([0, 1e30, 0.5])),
        shrink: one([1, 4]),
        fields: flat || chance(0.2) ? null : [field(), field()],
        filters,
      };
    };
    const layers = list(one([0, 1, 3, 24]), layer);
    const classes = one([1, 2, 10, 1000]);
    const told = () => ({
      channel: below(9),
      window: one([[], list(3, () => list(3, () => [share(), -share()]))]),
      within: 1e9,
      terms: list(below(9), (at) => [at, share(), -share()]),
      count: count(1e6),
      sum: -0.001,
      bias: 0,
      total: 1e-9,
      value: 0,
      activation: one(["linear", "relu"]),
      pooled: one(["", "max", "average"]),
    });
    const about = {
      image: [height, width, channels],
      layers,
      names: list(classes, word),
      logits: list(classes, () => share()),
      probabilities: list(classes, share),
      epochs: list(one([1, 2, 9]), word),
      epoch: 0,
      place: one([null, [0, 0, 0, 0], [99, 0, 0, 0], [0, 5, 600, 600]]),
      told: one([null, told()]),
      turn: below(3),
    };
    const header = new TextEncoder().encode(JSON.stringify(about));
    const sides = [[height, width, channels], ...sizes];
    const bytes = sides.reduce((sum, shape) => sum + shape.reduce((product, side) => product * side, 1), 0);
    const data = new Uint8Array(4 + header.length + bytes);
    new DataView(data.buffer).setUint32(0, header.length, true);
    data.set(header, 4);
    return data;
  },
  filter_sheet: () => {
    const [length, filters] = [one([1, 3, 5]), one([0, 1, 32, 1280])];
    return { size: length, count: filters, values: btoa_(4 * length ** 2 * filters), chosen: below(40) };
  },
  live_sliders: () => ({
    groups: list(count(20), () => ({
      heading: word(),
      sliders: list(below(4), (key) => {
        const [low, high] = one([[0, 1], [0, 0], [-180, 180], [0, 1e9]]);
        const thumbs = one([1, 2]);
        return {
          key: `k${key}`,
          label: word(),
          limits: [low, high],
          step: one([1, 0.1, 0.001, 1e-7]),
          values: list(thumbs, () => one([low, high])),
          default: list(thumbs, () => low),
          unit: one(["", "°", "px"]),
          help: word(),
          format: one(["number", "percent"]),
        };
      }),
    })),
    turn: below(3),
  }),
  runs_table: () => {
    const rows = list(count(1000), (at) => ({
      name: `run-${at}`,
      title: word(),
      recipe: word(),
      data: word(),
      state: one(["finished", "damaged"]),
      created: one([0, 1.7e9]),
      epoch: below(9),
      epochs: below(9),
      seconds: one([null, 0, 1e9]),
      training: one([null, 0, 1]),
      validation: one([null, 0.5]),
      test: one([null, 0.5]),
      star: chance(0.5),
      note: word(),
      pair_of: one(["", "run-0"]),
      cause: word(),
      sweep: one(["", "", "sweep-0", "sweep-gone"]),
      duration: "1 s",
    }));
    const sweeps = list(below(4), (at) => ({
      name: `sweep-${at}`,
      title: word(),
      data: word(),
      what: word(),
      state: one(["running", "damaged"]),
      created: one([0, 1.7e9]),
      ended: below(9),
      trials: below(9),
      validation: one([null, 0.5]),
      validation_said: one(["", "50.00%", "50.00% ± 1.00"]),
      test: one([null, 0.5]),
      test_said: one(["", "50.00%", "50.00% ± 1.00"]),
      cause: word(),
    }));
    const state = {
      chosen: rows.slice(0, below(3)).map((row) => row.name),
      colours: { "run-0": "red" },
      turn: below(3),
      sweep: one(["", "sweep-0"]),
    };
    const fields = Object.keys(rows[0] ?? {});
    const sweepFields = Object.keys(sweeps[0] ?? {});
    const values = (names, made) => made.map((each) => names.map((name) => each[name]));
    const table = { fields, rows: values(fields, rows), sweepFields, sweeps: values(sweepFields, sweeps), state };
    return new TextEncoder().encode(JSON.stringify(table));
  },
  scatter: () => {
    const length = one([1, 2, 300, 300, 10000, chance(0.1) ? 200000 : 3]);
    const classes = list(one([1, 2, 1000]), word);
    const bits = () => one([null, btoa_(Math.ceil(length / 8))]);
    const flat = chance(0.3);
    globalThis.fetched_ = {
      ids: list(length, (at) => at),
      tiles: list(length, (at) => at),
      x: list(length, () => (flat ? 0 : 2 * share() - 1)),
      y: list(length, () => (flat ? 0 : 2 * share() - 1)),
      labels: list(length, () => below(classes.length)),
      names: list(length, word),
      aspects: list(length, () => one([1, 0.001, 1000])),
      classes,
      colours: ["red", "blue"],
      axes: [word(), word()],
    };
    return {
      points: `p${below(1e6)}`,
      sheet: { image: `i${below(3)}`, columns: one([1, 100]), height: size(), width: size(), pitch: 30 },
      crisp: chance(0.5),
      shown: bits(),
      ringed: bits(),
    };
  },
  softmax: () => {
    const length = one([1, 2, 10]);
    const logits = () => list(length, () => one([0, 20, -20, 8 * share()]));
    return {
      names: list(length, word),
      own: logits(),
      chosen: { logits: one([null, logits()]), label: below(length), smoothing: one([0, 0.1, 0.5]) },
      rest: one([{ count: 0, log_sum: null, sum: 0 }, { count: 990, log_sum: -3, sum: -9000 }]),
      batch: one([null, { probabilities: list(count(), share), images: 1e6, mean: 0, median: 16.1, worst: share() }]),
    };
  },
  tiles: () => {
    const about = {
      width: size(),
      height: size(),
      pitch: 30,
      side: one([0, 1, 96]),
      columns: one([0, 1, 7]),
      of: word(),
      labels: list(count(), () => ({ alt: word(), caption: word(), marked: chance(0.3) })),
    };
    return bytesOf(about);
  },
  viewer: () => {
    const gray = chance(0.5);
    return {
      url: `u${below(3)}`,
      alt: word(),
      width: size(),
      height: size(),
      gray,
      exact: chance(0.5),
      keys: { k: ".key" },
      histograms: list(gray ? 1 : 3, () => list(256, () => one([0, 1, 9, 1e7]))),
    };
  },
};
// What is said of images, before the images themselves.
function bytesOf(about) {
  const header = new TextEncoder().encode(JSON.stringify(about));
  const data = new Uint8Array(4 + header.length);
  new DataView(data.buffer).setUint32(0, header.length, true);
  data.set(header, 4);
  return data;
}
const packed = (width, height) => ({ width, height, kind: "u8", values: btoa_(width * height) });
const btoa_ = (bytes) => "A".repeat(4 * Math.ceil(bytes / 3));

// Replace something somewhere in data by what does not belong there.
function spoil(data) {
  const places = [];
  const walk = (at, deep) => {
    if (!at || typeof at !== "object" || places.length > 4000 || deep > 5) return;
    for (const key of Object.keys(at).slice(0, 40)) {
      places.push([at, key]);
      walk(at[key], deep + 1);
    }
  };
  walk(data, 0);
  for (let times = 1 + below(4); times > 0 && places.length; times--) {
    const [at, key] = one(places);
    at[key] = Array.isArray(at[key]) && chance(0.5) ? list(one([0, 1, 50000]), () => one(odd)) : one(odd);
  }
}

const keys = [
  "ArrowLeft",
  "ArrowRight",
  "ArrowUp",
  "ArrowDown",
  "Enter",
  "Escape",
  "Delete",
  "PageDown",
  "Home",
  "+",
  "-",
  "0",
  "k",
];
const sides = [0, 0, 1, 2, 40, 300, 1440, NaN];
function touch(root) {
  const elements = [root, ...root.beneath()];
  for (let times = 12; times > 0; times--) {
    const target = one(elements);
    const along = () => one([0, 1, -5, 30, 150, 1e6, 299]);
    const type = one(["mouse", "mouse", "touch"]);
    const event = (more = {}) => {
      const [x, y] = [along(), along()];
      return {
        target,
        button: 0,
        pointerId: 1,
        pointerType: type,
        clientX: x,
        clientY: y,
        offsetX: x,
        offsetY: y,
        deltaY: one([-1e6, -100, 0, 100, 1e6]),
        detail: 1,
        key: one(keys),
        altKey: chance(0.2),
        ctrlKey: false,
        metaKey: false,
        shiftKey: chance(0.2),
        composedPath: () => [target],
        preventDefault() {},
        stopPropagation() {},
        dataTransfer: {},
        ...more,
      };
    };
    if (target.tag === "input") target.value = one(["", "0", "5", "1e9", "x"]);
    for (
      const name of one([
        ["click"],
        ["dblclick"],
        ["pointerdown", "pointermove", "pointermove", "pointerup", "click"],
        ["pointermove", "pointerleave"],
        ["keydown"],
        ["wheel", "wheel", "pointermove"],
        ["input", "change"],
        ["dragstart", "dragover", "drop", "dragend"],
      ])
    ) {
      target.dispatch(name, event());
    }
  }
}
function settle() {
  for (const name of ["timers", "frames"]) for (const act of queued[name].splice(0)) act();
  for (const image of queued.images.splice(0)) image.onload?.();
  for (const act of queued.observers.slice(-3)) act();
  for (const act of queued.frames.splice(0)) act();
}

let root, about;
globalThis.begin = (of, html) => {
  about = of;
  state = 7919 * of.number + 1;
  root = new Element("div");
  body.append(root);
  root.innerHTML = html;
  globalThis.spoilt = chance(0.4);
  return 8;
};
// Data are drawn apart from what is timed: 200,000 points take longer to make up than to draw.
let data = null;
globalThis.prepare = () => {
  Object.assign(screen, {
    width: one(spoilt ? sides : sides.slice(0, -1)),
    height: one(spoilt ? sides : sides.slice(0, -1)),
  });
  globalThis.devicePixelRatio = one([1, 2, 1.25]);
  globalThis.told = `${screen.width} × ${screen.height} pixels${spoilt ? ", odd data" : ""}`;
  data = chance(0.6) || !root.gone ? makers[about.name]() : null;
  if (data && spoilt) spoil(data);
};
globalThis.next = () => {
  if (data) {
    const sent = () => {};
    root.gone = component({ parentElement: root, data, setTriggerValue: sent, setStateValue: sent }) ?? (() => {});
  }
  settle();
  touch(root);
  settle();
};
