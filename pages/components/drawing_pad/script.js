// @ts-check
// A pad to draw on with mouse, finger or pen. data: {side: pixels}. Sends the drawing as a PNG data address as
// `drawing` while one draws, at most each `pause` ms and once at each stroke's end; an empty text when cleared.
const pause = 150;

/** @param {{parentElement: any, setStateValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, setStateValue }) {
  const pad = parentElement.querySelector("canvas");
  const clear = parentElement.querySelector("button");
  if (pad.ready) return; // A rerun of the page: the drawing stays.
  pad.ready = true;
  const ink = pad.getContext("2d", { willReadFrequently: true });
  let last = null;
  let timer = null;
  let sent = 0;

  const blank = () => {
    ink.fillStyle = "black";
    ink.fillRect(0, 0, pad.width, pad.height);
    Object.assign(ink, { lineCap: "round", lineJoin: "round", lineWidth: pad.width / 11, strokeStyle: "white" });
  };
  const send = () => {
    clearTimeout(timer);
    timer = null;
    sent = Date.now();
    setStateValue("drawing", pad.toDataURL("image/png"));
  };
  const place = (event) => {
    const box = pad.getBoundingClientRect();
    return [
      ((event.clientX - box.left) * pad.width) / box.width,
      ((event.clientY - box.top) * pad.height) / box.height,
    ];
  };
  const stroke = (event) => {
    const here = place(event);
    ink.beginPath();
    ink.moveTo(...last);
    ink.lineTo(...here);
    ink.stroke();
    last = here;
  };
  blank();
  pad.onpointerdown = (event) => {
    pad.setPointerCapture(event.pointerId);
    last = place(event);
    stroke(event);
  };
  pad.onpointermove = (event) => {
    if (last === null) return;
    (event.getCoalescedEvents?.() ?? [event]).forEach(stroke);
    timer ??= setTimeout(send, Math.max(0, sent + pause - Date.now()));
  };
  pad.onpointerup = pad.onpointercancel = () => {
    if (last === null) return;
    last = null;
    send();
  };
  clear.onclick = () => {
    clearTimeout(timer);
    timer = null;
    blank();
    setStateValue("drawing", "");
  };
}
