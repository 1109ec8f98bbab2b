// Figures as people read them; what is undefined or was not measured is –. A figure that rounds to 0 has no sign.

export const missing = "–";
/** Whether there is a figure. @param {any} value */
export const known = (value) => typeof value === "number" && Number.isFinite(value);
const minus = (/** @type {string} */ text) => (/[1-9]/.test(text) ? text.replace("-", "−") : text.replace("-", ""));

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
  return /** @type {number} */ (value) > 0 && /[1-9]/.test(text) ? "+" + text : text;
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

/**
 * Signs and words of the verdicts in result.json, as VerdictText has them.
 * @type {Record<string, { sign: string, word: string, colour: string }>}
 */
const said = {
  better: { sign: "▲", word: "better", colour: "better" }, worse: { sign: "▼", word: "worse", colour: "worse" },
  "within-noise": { sign: "≈", word: "within noise", colour: "noise" }, same: { sign: "=", word: "same", colour: "noise" }, undefined: { sign: missing, word: "undefined", colour: "noise" },
};

/** What is said of a change; nothing where the result has no paired interval. @param {string | null | undefined} verdict */
export function verdictText(verdict) {
  return said[verdict ?? "none"] ?? { sign: "", word: "", colour: "noise" };
}

/**
 * Of a change that is better the higher it is, by its interval.
 * @param {number} change @param {number} low @param {number} high
 */
export function verdictOf(change, low, high) {
  return ![change, low, high].every(known) ? null : low > 0 ? "better" : high < 0 ? "worse" : change === 0 && low === 0 && high === 0 ? "same" : "within-noise";
}

/**
 * How many classes are what.
 * @param {string} measure Recall or Precision @param {(string | null | undefined)[]} all one a class
 */
export function verdictCount(measure, all) {
  if (all.some((v) => !v)) return "The result has no paired intervals, so no class is called better or worse.";
  const of = (/** @type {string} */ verdict) => all.filter((v) => v === verdict).length;
  return `${measure} is better in ${of("better")} of ${count(all.length)} classes, worse in ${of("worse")}, and within noise in ${of("within-noise")}${of("same") ? `; the same in ${of("same")}` : ""}${of("undefined") ? `; undefined in ${of("undefined")}` : ""}.`;
}

/**
 * Why there is no error-rate reduction, as a clause; null where there is one.
 * @param {import("./source.js").Result} result
 */
export function whyNone({ original, masterful, comparison }) {
  const [before, after] = [known(original.errorRate), known(masterful.errorRate)];
  if (!before || !after) return before ? "the masterful model has no result" : after ? "the original has no result" : "neither model has a result";
  if (original.errorRate === 0) return masterful.errorRate === 0 ? "neither model makes an error on these images, so that there is none to reduce" : `the original makes no error on these images, and the masterful model errs on ${percent(masterful.errorRate)} of them`;
  return known(comparison.errorRateReduction) ? null : "the reduction is missing";
}
