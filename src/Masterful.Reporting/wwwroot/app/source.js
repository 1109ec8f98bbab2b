// Where the data comes from: a server beside the page, or the page itself.

/**
 * @typedef {{ name: string, support: number, predicted?: number, recall: number, recallLow: number, recallHigh: number, precision: number, precisionLow: number, precisionHigh: number }} ClassResult
 * @typedef {{ name: string, recallChange: number, low: number, high: number, p?: number, verdict?: string, precisionChange?: number, precisionLow?: number, precisionHigh?: number, precisionP?: number, precisionVerdict?: string }} ClassChange
 * @typedef {{ errorRate: number, errorRateLow: number, errorRateHigh: number, errorRatePerSeed: number[], validationLoss: number, validationErrorRate?: number, testLoss: number, classes: ClassResult[], confusion: number[][] }} Arm
 * @typedef {{ technique: string, validationLossDelta: number, standardError?: number, significant: boolean, errorRateDelta?: number, errorRateStandardError?: number, leaveOneOutDelta?: number, leaveOneOutStandardError?: number, leaveOneOutErrorRateDelta?: number, leaveOneOutErrorRateStandardError?: number }} Step
 * @typedef {{ share: number, images: number, validationLoss: number, errorRate: number, change?: number, standardError?: number }} DosePoint
 * @typedef {{ technique: string, ratio: number, accepted: number, reason: string, points: DosePoint[] }} Dose
 * @typedef {{ split: string, index: number | null, image: string, given: string, now: string | null, suggested: string, givenProbability: number, suggestedProbability: number, reason: string }} LabelSuspect
 * @typedef {{ run: any, dataset: any, model: any, recipe: any, policy: any, original: Arm, masterful: Arm, comparison: any, attribution: Step[], search: any, ledger: any[], gate: any, notes: string[] }} Result
 * @typedef {{ name: string, kind: string, min: number, max: number }} Axis
 * @typedef {{ values: Record<string, number>, validationLoss: number, errorRate: number, selected: boolean, stage: string, fidelity: number, seeds: number, name?: string }} Tested
 * @typedef {{ axes: Axis[], policies: Tested[] }} Policies
 * @typedef {{ split: string, images: number, index: number[], label: number[], original: number[][], masterful: number[][], sheet?: { columns: number, width: number, height: number, entries: number[] } }} Misclassified
 * @typedef {{ id: string, folder: string, started: string, seconds: number, dataset: string, model: string, policy: string, source: string, original: number, masterful: number, reduction: number, low: number, high: number, gate: string, hasSamples: boolean }} Summary
 * @typedef {{ result: Result, policies: Policies | null, misclassified: Misclassified | null, sheet: string | null }} Run
 */

const embedded = document.getElementById("run-data");
/** @type {Run | null} */
const inside = embedded ? JSON.parse(embedded.textContent ?? "null") : null;

/** @param {string} path @returns {Promise<any>} null where there is nothing */
async function get(path) {
  const response = await fetch(path);
  if (response.status === 404) return null;
  if (!response.ok) throw new Error((await response.text()) || `The server answered ${response.status}.`);
  return response.headers.get("content-type")?.includes("json") ? response.json() : response.text();
}

/** @type {Map<string, Promise<Run>>} */
const loaded = new Map();

/** @param {string} id @returns {Promise<Run>} */
async function fetchRun(id) {
  const base = `api/runs/${encodeURIComponent(id)}`;
  const [result, policies, misclassified] = await Promise.all([get(`${base}/result`), get(`${base}/policies`), get(`${base}/misclassified`)]);
  if (!result) throw new Error(`There is no run ${id} any more.`);
  return { result, policies, misclassified, sheet: misclassified?.sheet ? `${base}/sheet` : null };
}

/** The data. */
export const source = {
  /** The run inside the page, where there is no server. */
  inside,
  /** @returns {Promise<Summary[]>} */
  runs: () => get("api/runs"),
  /** @param {string} id @returns {Promise<Run>} */
  run(id) {
    if (inside) return Promise.resolve(inside);
    const known = loaded.get(id) ?? fetchRun(id);
    loaded.set(id, known);
    known.catch(() => loaded.delete(id));
    if (loaded.size > 4) loaded.delete(/** @type {string} */ (loaded.keys().next().value));
    return known;
  },
  /** @param {string} id @returns {Promise<string>} */
  report: (id) => get(`api/runs/${encodeURIComponent(id)}/report`),
  /** @param {string} id */
  samples: (id) => `api/runs/${encodeURIComponent(id)}/samples`,
  /** @returns {Promise<{ available: boolean, reason: string | null, fingerprint: string | null, groups: any[], groupCount: number } | null>} */
  data: () => (inside ? Promise.resolve(null) : get("api/data")),
  /** @param {string} split @param {number} index */
  image: (split, index) => `api/data/images/${split}/${index}`,
  /** @returns {Promise<{ path: string | null, written: string | null, problem: string | null, count: number, suspects: LabelSuspect[] } | null>} */
  labels: () => (inside ? Promise.resolve(null) : get("api/labels")),
  augmentations: () => get("api/augmentations"),
  /** @param {string} technique @param {number} value @param {number} draw */
  pairs: (technique, value, draw) => get(`api/augmentations/${encodeURIComponent(technique)}?value=${value}&draw=${draw}`),
  docs: () => get("api/docs"),
  /** @param {string} name */
  doc: (name) => get(`api/docs/${encodeURIComponent(name)}`),
  /** Whether there is a fleet whose queue can be looked at. @returns {Promise<boolean>} */
  hasQueue: () => (inside ? Promise.resolve(false) : get("api/queue")),
  live: () => new EventSource("api/live"),
};
