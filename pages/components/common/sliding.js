// @ts-check
// Windows that slide over an image: convolution and pooling, as core/lessons/convolution.py and pooling.py compute them;
// the tests compare the numbers.

/** An image of one channel. @typedef {{width: number, height: number, values: ArrayLike<number>}} Plane */
/** @typedef {"valid" | "same"} Padding */
/** How a window moves. @typedef {{size: number, stride: number, padding: Padding}} Window */

/**
 * At how many places along a side a window fits.
 * @param {number} side
 * @param {Window} window
 */
export function outputSize(side, { size, stride, padding }) {
  return padding === "same" ? Math.ceil(side / stride) : Math.max(0, Math.floor((side - size) / stride) + 1);
}

/**
 * How many places outside the image stand before a side.
 * @param {number} side
 * @param {Window} window
 */
export function paddingBefore(side, window) {
  if (window.padding !== "same") return 0;
  return Math.floor(Math.max(0, (outputSize(side, window) - 1) * window.stride + window.size - side) / 2);
}

/**
 * The image's column and row at the upper left of the window that makes a value; negative outside the image.
 * @param {Plane} plane
 * @param {Window} window
 * @param {number} column of the output
 * @param {number} row
 */
export function windowAt(plane, window, column, row) {
  return {
    left: column * window.stride - paddingBefore(plane.width, window),
    top: row * window.stride - paddingBefore(plane.height, window),
  };
}

/**
 * A value of an image, `outside` beside it.
 * @param {Plane} plane
 * @param {number} column
 * @param {number} row
 * @param {number} outside
 */
export function valueAt(plane, column, row, outside = 0) {
  const within = column >= 0 && row >= 0 && column < plane.width && row < plane.height;
  return within ? plane.values[row * plane.width + column] : outside;
}

/**
 * A square frame within an image, as near as it can be to where its corner is wanted; smaller where the image is.
 * @param {Plane} plane
 * @param {number[]} corner column and row
 * @param {number} side
 */
export function framed(plane, corner, side) {
  const [width, height] = [Math.min(side, plane.width), Math.min(side, plane.height)];
  const within = (place, most) => Math.min(Math.max(place, 0), Math.max(most, 0));
  return { left: within(corner[0], plane.width - width), top: within(corner[1], plane.height - height), width, height };
}

/**
 * What is in a frame.
 * @param {Plane} plane
 * @param {{left: number, top: number, width: number, height: number}} frame
 */
export function cutOut(plane, { left, top, width, height }) {
  const values = Array.from(
    { length: width * height },
    (_, place) => valueAt(plane, left + place % width, top + Math.floor(place / width)),
  );
  return { width, height, values };
}

/**
 * One number for each place of a window.
 * @param {Plane} plane
 * @param {Window} window
 * @param {(left: number, top: number) => number} made of the window with that upper left
 */
function slid(plane, window, made) {
  const [width, height] = [outputSize(plane.width, window), outputSize(plane.height, window)];
  const { left, top } = windowAt(plane, window, 0, 0);
  const values = new Float64Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      values[row * width + column] = made(left + column * window.stride, top + row * window.stride);
    }
  }
  return { width, height, values };
}

/**
 * The sum of products of a filter and an image at each place; outside the image stand zeros.
 * @param {Plane} plane
 * @param {ArrayLike<number>} kernel row by row, as many as the window has places
 * @param {Window} window
 */
export function convolved(plane, kernel, window) {
  const { width, height, values } = plane;
  const { size } = window;
  return slid(plane, window, (left, top) => {
    let sum = 0;
    const [firstRow, lastRow] = [Math.max(0, -top), Math.min(size, height - top)];
    const [firstColumn, lastColumn] = [Math.max(0, -left), Math.min(size, width - left)];
    for (let row = firstRow; row < lastRow; row++) {
      const [of, within] = [row * size, (top + row) * width + left];
      for (let column = firstColumn; column < lastColumn; column++) {
        sum += kernel[of + column] * values[within + column];
      }
    }
    return sum;
  });
}

/**
 * The largest value or the mean of each square; what is outside the image counts for nothing.
 * @param {Plane} plane
 * @param {Window} window
 * @param {"max" | "average"} how
 */
export function pooled(plane, window, how) {
  return slid(plane, window, (left, top) => {
    let [sum, count, most] = [0, 0, -Infinity];
    for (let row = Math.max(0, top); row < Math.min(plane.height, top + window.size); row++) {
      for (let column = Math.max(0, left); column < Math.min(plane.width, left + window.size); column++) {
        const value = plane.values[row * plane.width + column];
        sum += value;
        count += 1;
        most = Math.max(most, value);
      }
    }
    return how === "max" ? most : sum / count;
  });
}

/**
 * An image moved by whole pixels; the edge's values fill what it leaves.
 * @param {Plane} plane
 * @param {number} right
 * @param {number} down
 */
export function shifted({ width, height, values }, right, down) {
  const moved = new Float64Array(width * height);
  const within = (place, side) => Math.min(Math.max(place, 0), side - 1);
  for (let row = 0; row < height; row++) {
    const from = within(row - down, height) * width;
    for (let column = 0; column < width; column++) {
      moved[row * width + column] = values[from + within(column - right, width)];
    }
  }
  return { width, height, values: moved };
}

/**
 * How two images of one size differ: the mean absolute difference, and the share of values that differ.
 * @param {Plane} before
 * @param {Plane} after
 */
export function change(before, after) {
  const count = before.values.length;
  let [sum, differing] = [0, 0];
  for (let place = 0; place < count; place++) {
    const difference = Math.abs(after.values[place] - before.values[place]);
    sum += difference;
    differing += difference > 0 ? 1 : 0;
  }
  return { mean: count ? sum / count : 0, share: count ? differing / count : 0 };
}
