// @ts-check
// Small images, each with a button that takes it away. data: {images: [{id, url, alt, marked}]}. The button sends
// `removed`: the id.
/** @typedef {{images: {id: string, url: string, alt: string, marked: boolean}[]}} Strip */

function tile(image) {
  const made = document.createElement("figure");
  made.dataset.id = image.id;
  const shown = document.createElement("img");
  shown.src = image.url;
  shown.alt = image.alt;
  shown.title = image.alt;
  const remove = document.createElement("button");
  remove.type = "button";
  remove.textContent = "×";
  remove.title = "Remove this image";
  remove.setAttribute("aria-label", `Remove ${image.alt}`);
  made.append(shown, remove);
  return made;
}

/** @param {{parentElement: any, data: Strip, setTriggerValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setTriggerValue }) {
  const strip = parentElement.querySelector(".strip");
  const there = new Map([...strip.children].map((each) => [each.dataset.id, each]));
  strip.replaceChildren(...data.images.map((image) => there.get(image.id) ?? tile(image)));
  data.images.forEach((image, place) => strip.children[place].classList.toggle("marked", image.marked));
  strip.onclick = (event) => {
    const clicked = event.target.closest("button");
    if (clicked) setTriggerValue("removed", clicked.parentElement.dataset.id);
  };
}
