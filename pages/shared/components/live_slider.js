// A slider of one or two thumbs that sends its values while it is dragged. data: {label, limits: [lowest, highest],
// step, values, default: one or two numbers each, unit, help, format: "number" or "percent", turn: of the sent values
// that the server answers}. Sends `moved`: {values, turn}, at most each `pause` ms and not before the last was answered,
// unless that takes `patience` ms; the last value is always sent.
// Native range inputs take the keys and speak to screen readers; the pointer is followed here, so that two thumbs can
// share a track.
const pause = 50;
const patience = 500;
const thumb = 12; // As wide as in the style.

function inputs(track, count) {
  const there = [...track.querySelectorAll("input")];
  if (there.length === count) return there;
  for (const each of there) each.remove();
  const made = Array.from({ length: count }, () => document.createElement("input"));
  for (const each of made) each.type = "range";
  track.append(...made);
  return made;
}

export default function ({ parentElement, data, setStateValue }) {
  const find = (selector) => parentElement.querySelector(selector);
  const [track, filled, reset, shown, help] = [".track", ".filled", ".reset", "output", ".help"].map(find);
  // What outlives this call: turn and time of what was sent, whether there is more to send, the thumb that is dragged.
  const live = (track.live ??= { turn: data.turn, sent: 0, unsent: false, timer: null, dragged: null, before: null });
  const thumbs = inputs(track, data.values.length);
  const [lowest, highest] = data.limits;
  const decimals = Math.min(6, (String(data.step).split(".")[1] ?? "").length);
  const values = () => thumbs.map((each) => Number(each.value));
  const said = (value) => {
    if (data.format === "percent") return `${(100 * value).toFixed(Math.max(0, decimals - 2))} %`;
    return `${value.toFixed(decimals).replace("-", "−")}${data.unit && !/^[°×]/.test(data.unit) ? " " : ""}${data.unit}`;
  };
  const draw = () => {
    const now = values();
    const places = now.map((value) => (value - lowest) / (highest - lowest || 1));
    const place = (share) => `calc(${thumb / 2}px + ${share} * (100% - ${thumb}px))`;
    filled.style.left = places.length > 1 ? place(places[0]) : "0";
    filled.style.right = `calc(100% - ${place(places.at(-1))})`;
    shown.textContent = now.map(said).join(" – ");
    thumbs.forEach((each, index) => each.setAttribute("aria-valuetext", said(now[index])));
    reset.hidden = now.every((value, index) => value === data.default[index]);
  };
  const put = (next) => {
    thumbs.forEach((each, index) => (each.value = next[index]));
    draw();
  };

  const send = () => {
    live.timer = null;
    live.unsent = false;
    live.sent = Date.now();
    live.turn += 1;
    setStateValue("moved", { values: values(), turn: live.turn });
  };
  const arrange = () => {
    clearTimeout(live.timer);
    const wait = live.answered === live.turn ? pause : patience;
    live.timer = setTimeout(live.send, Math.max(0, live.sent + wait - Date.now()));
  };
  const changed = () => {
    draw();
    live.unsent = true;
    arrange();
  };
  live.send = send; // A timer that was set in an earlier call sends by the newest.

  thumbs.forEach((each, index) => {
    Object.assign(each, { min: lowest, max: highest, step: data.step });
    each.setAttribute("aria-label", thumbs.length > 1 ? `${data.label}, ${["lowest", "highest"][index]}` : data.label);
    each.setAttribute("aria-description", data.help);
    each.oninput = () => {
      const [low, high] = [thumbs[index - 1], thumbs[index + 1]];
      if (low && Number(each.value) < Number(low.value)) each.value = low.value;
      if (high && Number(each.value) > Number(high.value)) each.value = high.value;
      changed();
    };
  });
  find(".label").textContent = data.label;
  help.hidden = !data.help;
  find(".tip").textContent = data.help;
  help.setAttribute("aria-label", `Help: ${data.help}`);
  reset.title = `Back to ${data.default.map(said).join(" – ")}`;
  reset.setAttribute("aria-label", `Reset ${data.label}`);
  live.answered = data.turn;
  // An answer to an earlier value must not move the thumb back from where it was dragged since.
  if (live.turn === data.turn && !live.unsent && !live.dragged) put(data.values);
  else draw();
  if (live.unsent) arrange();

  const follow = (event) => {
    const box = track.getBoundingClientRect();
    const share = (event.clientX - box.left - thumb / 2) / (box.width - thumb);
    const before = live.dragged.value;
    live.dragged.value = lowest + Math.min(Math.max(share, 0), 1) * (highest - lowest);
    if (live.dragged.value !== before) live.dragged.oninput();
  };
  const nearest = (event) => {
    const box = track.getBoundingClientRect();
    const at = lowest + ((event.clientX - box.left - thumb / 2) / (box.width - thumb)) * (highest - lowest);
    const [low, high] = values();
    return thumbs.length > 1 && at > (low + high) / 2 ? thumbs[1] : thumbs[0];
  };
  track.onpointerdown = (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    live.before = values();
    live.dragged = nearest(event);
    track.setPointerCapture(event.pointerId);
    live.dragged.focus({ preventScroll: true });
    follow(event);
  };
  track.onpointermove = (event) => live.dragged && follow(event);
  track.onpointerup = () => {
    live.dragged = null;
  };
  track.onpointercancel = () => {
    if (!live.dragged) return;
    live.dragged = null;
    put(live.before); // The finger scrolls the page.
    changed();
  };
  const restore = () => {
    put(data.default);
    changed();
  };
  track.ondblclick = restore;
  reset.onclick = () => {
    restore();
    thumbs[0].focus();
  };
}
