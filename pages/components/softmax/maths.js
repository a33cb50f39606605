// @ts-check
// What core/lessons/cross_entropy.py computes, for what moves as it is dragged.
/** @typedef {{count: number, log_sum: number | null, sum: number}} Rest The classes without a logit of their own. */

/** Keras's own clipping in its cross-entropy. */
export const SMALLEST = 1e-7;

/**
 * ln Σ exp of logits.
 * @param {number[]} logits
 * @param {Rest} rest
 */
export function logSum(logits, { log_sum: others }) {
  const all = others === null ? logits : [...logits, others];
  const most = Math.max(...all);
  return most + Math.log(all.reduce((sum, each) => sum + Math.exp(each - most), 0));
}

/**
 * The probability of each logit.
 * @param {number[]} logits
 * @param {Rest} rest
 */
export function softmax(logits, rest) {
  const whole = logSum(logits, rest);
  return logits.map((each) => Math.exp(each - whole));
}

/**
 * What the probabilities should be: the label, smoothed as Keras does.
 * @param {number} label
 * @param {number} shown how many classes have a logit
 * @param {Rest} rest
 * @param {number} smoothing 0–1
 */
export function targets(label, shown, rest, smoothing) {
  const share = smoothing / (shown + rest.count);
  return Array.from({ length: shown }, (_, at) => share + (at === label ? 1 - smoothing : 0));
}

/** @param {number} probability */
export const cost = (probability) => -Math.log(Math.min(Math.max(probability, SMALLEST), 1 - SMALLEST));

/**
 * The cross-entropy of smoothed labels.
 * @param {number[]} logits
 * @param {number} label
 * @param {Rest} rest
 * @param {number} smoothing
 */
export function loss(logits, label, rest, smoothing) {
  const whole = logSum(logits, rest);
  const wanted = targets(label, logits.length, rest, smoothing);
  const own = logits.reduce((sum, each, at) => sum + wanted[at] * cost(Math.exp(each - whole)), 0);
  if (!rest.count) return own;
  const [least, most] = [cost(1), cost(0)];
  const others = Math.min(Math.max(whole - rest.sum / rest.count, least), most);
  return own + (smoothing * rest.count / (logits.length + rest.count)) * others;
}

/**
 * The loss of a smoothed label when its class has a probability and the other classes share what is left.
 * @param {number} probability
 * @param {number} classes
 * @param {number} smoothing
 */
export function evenLoss(probability, classes, smoothing) {
  const share = smoothing / classes;
  const others = (1 - probability) / Math.max(1, classes - 1);
  return (1 - smoothing + share) * cost(probability) + (classes - 1) * share * cost(others);
}
