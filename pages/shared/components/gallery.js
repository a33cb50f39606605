// A grid of pictures. data: {items: [{id, url, alt, caption}], side: pixels}. A click sends the id as `opened`.
export default function ({ parentElement, data, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  const drawn = JSON.stringify(data);
  if (grid.drawn === drawn) return;
  grid.drawn = drawn;
  grid.style.setProperty("--side", `${data.side}px`);
  grid.replaceChildren(
    ...data.items.map((item) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.id = item.id;
      button.title = item.alt;
      const picture = document.createElement("img");
      picture.src = item.url;
      picture.alt = item.alt;
      picture.loading = "lazy";
      button.append(picture);
      if (item.caption) {
        const caption = document.createElement("span");
        caption.textContent = item.caption;
        button.append(caption);
      }
      button.onclick = () => setTriggerValue("opened", item.id);
      return button;
    }),
  );
}
