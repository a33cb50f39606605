// @ts-check
// Images of one size side by side. data: bytes: the length of what comes first as 4 bytes, little endian, then JSON
// {width, height, pitch: rows between the tops of two images, side: pixels on the page, columns: 0 or how many, of, labels: [{alt, caption,
// tip, marked}]}, then one JPEG or PNG with all images, one beneath the other.
function made() {
  const figure = document.createElement("figure");
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  const tip = document.createElement("span");
  tip.className = "tip";
  tip.ariaHidden = "true"; // The alternative text says it.
  figure.append(canvas, document.createElement("figcaption"), tip);
  return figure;
}

async function show(parentElement, data) {
  const grid = parentElement.querySelector(".tiles");
  const turn = (grid.turn = (grid.turn ?? 0) + 1);
  const length = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
  const about = JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + length)));
  const { width, height, pitch, side, columns, labels } = about;
  const sheet = await createImageBitmap(new Blob([data.subarray(4 + length)]));
  if (grid.turn !== turn) return; // Newer images were faster, or came meanwhile.
  const scale = side / Math.max(width, height);
  grid.style.setProperty("--width", `${width * scale}px`);
  grid.classList.toggle("crisp", scale >= 2);
  grid.classList.toggle("rows", columns > 0);
  grid.style.setProperty("--columns", columns);
  while (grid.children.length > labels.length) grid.lastElementChild.remove();
  while (grid.children.length < labels.length) grid.append(made());
  labels.forEach(({ alt, caption, tip, marked }, index) => {
    const figure = grid.children[index];
    const [canvas, text, over] = figure.children;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    canvas.getContext("2d").drawImage(sheet, 0, -index * pitch);
    if (canvas.ariaLabel !== alt) canvas.ariaLabel = alt;
    if (text.textContent !== caption) text.textContent = caption;
    if (over.textContent !== tip) over.textContent = tip;
    figure.classList.toggle("marked", marked);
  });
  sheet.close();
  grid.dataset.of = about.of;
}

/** @param {{parentElement: any, data: Uint8Array}} given */
export default function ({ parentElement, data }) {
  show(parentElement, data);
}
