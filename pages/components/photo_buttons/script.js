// @ts-check
// A few photos to click on. data: {photos: [{id, url, title}], chosen: an id, or none of them}. A click sends `clicked`:
// the id.
/** @typedef {{photos: {id: string, url: string, title: string}[], chosen: string}} Photos */

/** @param {{id: string, url: string, title: string}} photo */
function made({ id, url, title }) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.id = id;
  const image = document.createElement("img");
  Object.assign(image, { src: url, alt: "" }); // The text beneath says it.
  const text = document.createElement("span");
  text.textContent = title;
  button.append(image, text);
  return button;
}

/** @param {{parentElement: any, data: Photos, setTriggerValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setTriggerValue }) {
  const row = parentElement.querySelector(".photos");
  const there = new Map([...row.children].map((each) => [each.dataset.id, each]));
  const shown = data.photos.map((photo) => there.get(photo.id) ?? made(photo));
  if (shown.some((each, place) => row.children[place] !== each)) row.replaceChildren(...shown);
  for (const each of row.children) each.ariaPressed = `${each.dataset.id === data.chosen}`;
  row.onclick = (event) => {
    const clicked = event.target.closest("button");
    if (clicked) setTriggerValue("clicked", clicked.dataset.id);
  };
}
