// @ts-check
// The camera. data: {live, most: images of one recording, taken: numbers of the batches that have come, answered: the
// number of the live image that was answered last}. Recording sends `frames`: {number, take, frames: [data address]},
// the next batch when the one before has come; live sends `frame`: {number, frame}, two of them under way
// at a time. The element has the number of the last answer as data-answered. No camera, or no permission: a sentence, and
// a button to try again.
/**
 * @typedef {{live: boolean, most: number, taken: number[], answered?: number}} Wanted
 */
const everyMs = 125;
const patienceMs = 3000;
const sentences = {
  NotAllowedError: "The camera may not be used. Allow it in the browser (the icon in the address bar), then try again.",
  NotFoundError: "No camera was found. Connect one and try again, or add photos as files.",
  NotReadableError: "The camera is in use by another program. Close it there, then try again.",
};

function startCamera(box, video, say) {
  if (!navigator.mediaDevices) {
    say("The browser gives no camera here: open the page as http://localhost or over https.");
    return;
  }
  navigator.mediaDevices
    .getUserMedia({ video: { width: { ideal: 640 }, height: { ideal: 480 } }, audio: false })
    .then((stream) => {
      if (box.gone) return stream.getTracks().forEach((track) => track.stop());
      box.stream = stream;
      video.srcObject = stream;
      say("");
    })
    .catch((error) => say(sentences[error.name] ?? `The camera cannot be used (${error.name}). Add photos as files.`));
}

function grabbed(video, side, quality) {
  const square = Math.min(video.videoWidth, video.videoHeight);
  if (!square) return null;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.min(side, square);
  const left = (video.videoWidth - square) / 2;
  const top = (video.videoHeight - square) / 2;
  const drawing = canvas.getContext("2d");
  drawing.drawImage(video, left, top, square, square, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", quality);
}

/** @param {{parentElement: any, data: Wanted, setTriggerValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setTriggerValue }) {
  const find = (selector) => parentElement.querySelector(selector);
  const [box, video, problem, record, again, count] = [
    ".camera",
    "video",
    ".problem",
    ".record",
    ".again",
    ".count",
  ].map(find);
  const say = (sentence) => {
    problem.textContent = sentence;
    problem.hidden = again.hidden = !sentence;
    video.hidden = Boolean(sentence);
    record.hidden = data.live || Boolean(sentence);
  };
  box.data = data;
  box.dataset.answered = String(data.answered ?? 0);
  box.send = setTriggerValue;
  if (box.started) {
    box.next?.();
    return;
  }
  box.started = true;
  // What outlives this call.
  /** @type {any} */
  const kept = {
    number: Date.now() % 1e9,
    queue: [],
    waiting: 0,
    sentAt: 0,
    recorded: 0,
    take: "",
    timer: 0,
    first: 0,
  };
  kept.first = kept.number;
  again.onclick = () => startCamera(box, video, say);
  startCamera(box, video, say);

  const sendBatch = () => {
    const came = box.data.taken.includes(kept.waiting) || Date.now() - kept.sentAt > patienceMs;
    if (kept.waiting && !came) return;
    kept.waiting = 0;
    if (!kept.queue.length) return;
    kept.number += 1;
    kept.waiting = kept.number;
    kept.sentAt = Date.now();
    const batch = kept.queue.splice(0, 20);
    box.send("frames", { number: kept.number, take: batch[0].take, frames: batch.map((each) => each.frame) });
  };
  const sendFrame = () => {
    // Two are under way at a time: one is answered while the next one travels.
    const open = kept.number - Math.max(kept.first, box.data.answered ?? 0);
    if (document.hidden || (open >= 2 && Date.now() - kept.sentAt < patienceMs)) return;
    const frame = grabbed(video, 224, 0.85);
    if (!frame) return;
    kept.number += 1;
    kept.sentAt = Date.now();
    box.send("frame", { number: kept.number, frame });
  };
  box.next = data.live ? sendFrame : sendBatch;
  const tick = setInterval(box.next, data.live ? 40 : 400);

  const stop = () => {
    clearInterval(kept.timer);
    kept.timer = 0;
    record.classList.remove("recording");
  };
  const start = () => {
    if (kept.timer) return;
    kept.take = `recording ${Date.now()}`;
    kept.recorded = 0;
    record.classList.add("recording");
    kept.timer = setInterval(() => {
      const frame = grabbed(video, 320, 0.9);
      if (!frame) return;
      kept.queue.push({ frame, take: kept.take });
      kept.recorded += 1;
      count.textContent = `${kept.recorded} recorded`;
      if (kept.recorded >= box.data.most) {
        stop();
        count.textContent = `${kept.recorded} recorded: a recording ends there. Press again for another one.`;
      }
    }, everyMs);
  };
  record.onpointerdown = (event) => {
    record.setPointerCapture?.(event.pointerId);
    start();
  };
  record.onpointerup = record.onpointercancel = record.onblur = stop;
  record.onkeydown = (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (!event.repeat) start();
  };
  record.onkeyup = stop;
  record.oncontextmenu = (event) => event.preventDefault();
  return () => {
    box.gone = true;
    clearInterval(tick);
    stop();
    box.stream?.getTracks().forEach((track) => track.stop());
  };
}
