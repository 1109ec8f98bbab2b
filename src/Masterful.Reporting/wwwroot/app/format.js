// Figures as people read them; what could not be computed is n/a.

const missing = "n/a";
const known = (/** @type {any} */ value) => typeof value === "number" && Number.isFinite(value);
const minus = (/** @type {string} */ text) => text.replace("-", "−");

/** @param {number | null | undefined} share 0..1 @param {number} [digits] */
export function percent(share, digits = 2) {
  return known(share) ? minus((/** @type {number} */ (share) * 100).toFixed(digits)) + "%" : missing;
}

/** @param {number | null | undefined} change of a share @param {number} [digits] */
export function points(change, digits = 2) {
  return known(change) ? signed(/** @type {number} */ (change) * 100, digits) : missing;
}

/** @param {number | null | undefined} value */
export function loss(value) {
  return known(value) ? minus(/** @type {number} */ (value).toFixed(4)) : missing;
}

/** @param {number | null | undefined} value @param {number} [digits] */
export function signed(value, digits = 4) {
  if (!known(value)) return missing;
  const text = minus(/** @type {number} */ (value).toFixed(digits));
  return /** @type {number} */ (value) > 0 ? "+" + text : text;
}

/** @param {number | null | undefined} value */
export function count(value) {
  return known(value) ? /** @type {number} */ (value).toLocaleString("en") : missing;
}

/** @param {number | null | undefined} value at most three digits after the point */
export function short(value) {
  return known(value) ? minus(String(Math.round(/** @type {number} */ (value) * 1000) / 1000)) : missing;
}

/** @param {number | null | undefined} seconds */
export function duration(seconds) {
  if (!known(seconds)) return missing;
  const s = Math.round(/** @type {number} */ (seconds));
  return s < 60 ? `${s} s` : s < 3600 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** @param {number} passes */
export function amount(passes) {
  return passes >= 1e9 ? (passes / 1e9).toFixed(1) + " G" : passes >= 1e6 ? (passes / 1e6).toFixed(1) + " M" : passes >= 1e4 ? (passes / 1e3).toFixed(1) + " k" : count(passes);
}

/** @param {string} time ISO */
export function when(time) {
  return String(time).slice(0, 16).replace("T", " ");
}

/** @type {Record<string, string>} */
export const verdicts = { passed: "✔ passed", failed: "✘ failed", inconclusive: "◐ inconclusive", "not-evaluated": "○ not evaluated" };
