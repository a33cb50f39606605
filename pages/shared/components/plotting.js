// What components that draw curves on a canvas share; `source` puts it before their own script.

// Round values from `low` to `high`, about `wanted` of them, at least `smallest` apart.
function rounded(low, high, wanted, smallest = 0) {
  const rough = Math.max((high - low) / (Math.min(Math.max(wanted, 4), 9) + 1), smallest);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
  const values = [];
  for (let count = Math.ceil(low / step); count * step <= high; count++) values.push(+(count * step).toPrecision(9));
  return values;
}

// A line through points, broken where a value is missing.
function trace(ink, points) {
  let drawing = false;
  ink.beginPath();
  for (const [x, y] of points) {
    if (drawing) ink.lineTo(x, y);
    else ink.moveTo(x, y);
    drawing = Number.isFinite(y);
  }
  ink.stroke();
}

function dots(ink, points) {
  ink.beginPath();
  for (const [x, y] of points.filter(([, y]) => Number.isFinite(y))) {
    ink.moveTo(x + 2.5, y);
    ink.arc(x, y, 2.5, 0, 2 * Math.PI);
  }
  ink.fill();
}
