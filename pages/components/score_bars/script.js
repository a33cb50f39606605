// @ts-check
// Classes with their probabilities. data: {said, sure, bars: [{name, share: 0-1, colour}]}. The same bars stay in the
// page, so that they move to what comes next.
/** @typedef {{said: string, sure: boolean, bars: {name: string, share: number, colour: string}[]}} Scores */

function row() {
  const made = document.createElement("div");
  made.className = "row";
  for (const part of ["name", "track", "share"]) {
    const element = document.createElement("span");
    element.className = part;
    if (part === "track") element.append(document.createElement("i"));
    made.append(element);
  }
  return made;
}

/** @param {{parentElement: any, data: Scores}} given */
export default function ({ parentElement, data }) {
  const bars = parentElement.querySelector(".bars");
  parentElement.querySelector(".words").textContent = data.said;
  // Beside "neither", the bars would else say the opposite.
  const forced = !data.sure && data.bars.some((bar) => bar.share > 0);
  parentElement.querySelector(".forced").textContent = forced ? " If forced to choose:" : "";
  bars.classList.toggle("unsure", !data.sure);
  const there = [...bars.children];
  if (there.length !== data.bars.length) bars.replaceChildren(...data.bars.map((_, place) => there[place] ?? row()));
  data.bars.forEach((bar, place) => {
    const shown = bars.children[place];
    shown.querySelector(".name").textContent = bar.name;
    shown.querySelector(".name").title = bar.name;
    shown.querySelector(".share").textContent = `${Math.round(100 * bar.share)}%`;
    const fill = shown.querySelector("i");
    fill.style.width = `${100 * bar.share}%`;
    fill.style.background = bar.colour;
  });
}
