import { choice, h, pager } from "./dom.js";
import { count, percent, signed } from "./format.js";

// Which class is taken for which, down to the images.

const mostClasses = 30;

/**
 * @param {import("./source.js").Run} run
 * @param {((split: string, index: number) => string) | null} address of an image, where the data is at hand
 */
export function confusionView(run, address) {
  const { result, misclassified } = run;
  if (!result.original.confusion.length) return h("p", { class: "note" }, "The run has no confusion matrix.");
  const names = result.dataset.classes;
  const classes = shownClasses(result);
  const state = { arm: "masterful", truth: -1, taken: -1, kind: "any" };
  const place = h("div"), gallery = misclassified ? imageGallery(run, misclassified, address, state) : null;
  /** @type {(arm: string, t: number, p: number) => number} */
  const of = (/** @type {string} */ arm, /** @type {number} */ t, /** @type {number} */ p) => (arm === "change" ? of("masterful", t, p) - of("original", t, p) : /** @type {any} */ (result)[arm].confusion[t]?.[p] ?? 0);

  function draw() {
    const largest = Math.max(1, ...classes.flatMap((t) => classes.filter((p) => p !== t).map((p) => Math.abs(of(state.arm, t, p)))));
    const cell = (/** @type {number} */ t, /** @type {number} */ p) => {
      const value = of(state.arm, t, p), words = state.arm === "change" ? signed(value, 0) : String(value);
      if (t === p || !gallery) return h("td", {}, h("span", {}, words));
      const button = h("button", {
        type: "button", "aria-pressed": String(state.truth === t && state.taken === p), "aria-label": `${names[t]} taken for ${names[p]}: ${words}`,
        onclick: () => { Object.assign(state, { truth: t, taken: p }); draw(); gallery.show(); gallery.element.scrollIntoView({ block: "nearest" }); },
      }, value === 0 ? "·" : words);
      const td = h("td", {}, button);
      td.style.background = value === 0 ? "" : `color-mix(in srgb, var(--${state.arm !== "change" || value > 0 ? "tested" : "baseline"}) ${Math.round((Math.abs(value) / largest) * 45)}%, transparent)`;
      return td;
    };
    place.replaceChildren(h("div", { class: "table", role: "region", "aria-label": "Confusion matrix", tabindex: 0 }, h("table", { class: "matrix" },
      h("caption", {}, `Rows: the true class. Columns: what it was taken for. Images, summed over ${result.recipe.seeds} seed${result.recipe.seeds === 1 ? "" : "s"}.${classes.length < names.length ? ` The ${classes.length} of ${names.length} classes with the most errors.` : ""}${state.arm === "change" ? " Red with +: more often than the original; blue with −: less often. A single cell is not judged: most differ by chance." : ""}${gallery ? " Choose a cell to see its images." : ""}`),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "true / taken for"), ...classes.map((p) => h("th", { scope: "col", title: names[p] }, names[p])))),
      h("tbody", {}, ...classes.map((t) => h("tr", {}, h("th", { scope: "row", title: names[t] }, names[t]), ...classes.map((p) => cell(t, p))))))));
  }

  draw();
  const element = h("div", {}, h("div", { class: "controls" },
    choice("Show", [["masterful", "masterful"], ["original", "original"], ["change", "change: masterful − original"]], state.arm, (arm) => { state.arm = arm; draw(); gallery?.show(); })),
  place, gallery ? gallery.element : h("p", { class: "note" }, "The run kept no list of misclassified images."));
  return element;
}

/**
 * The classes with the most errors, in label order.
 * @param {import("./source.js").Result} result
 * @returns {number[]}
 */
function shownClasses(result) {
  const errors = result.dataset.classes.map((/** @type {string} */ _, /** @type {number} */ i) => ({
    i, wrong: [result.original, result.masterful].flatMap((arm) => arm.confusion.flatMap((row, t) => row.map((n, p) => (t !== p && (t === i || p === i) ? n : 0)))).reduce((a, b) => a + b, 0),
  }));
  return errors.length <= mostClasses ? errors.map((/** @type {any} */ e) => e.i)
    : errors.sort((/** @type {any} */ a, /** @type {any} */ b) => b.wrong - a.wrong).slice(0, mostClasses).map((/** @type {any} */ e) => e.i).sort((/** @type {number} */ a, /** @type {number} */ b) => a - b);
}

/**
 * @param {import("./source.js").Run} run
 * @param {import("./source.js").Misclassified} file
 * @param {((split: string, index: number) => string) | null} address
 * @param {{ arm: string, truth: number, taken: number, kind: string }} state
 */
function imageGallery(run, file, address, state) {
  const names = run.result.dataset.classes;
  const sheet = sheetPictures(run, file);
  /** @type {number[]} */
  let entries = [];
  const wrong = (/** @type {number[][]} */ arm, /** @type {number} */ e) => arm.filter((seed) => seed[e] !== file.label[e]).length;
  /** @type {Record<string, (e: number) => boolean>} */
  const kinds = {
    any: () => true,
    mended: (e) => wrong(file.masterful, e) < wrong(file.original, e),
    broken: (e) => wrong(file.masterful, e) > wrong(file.original, e),
    always: (e) => wrong(file.original, e) === file.original.length && wrong(file.masterful, e) === file.masterful.length,
  };
  const name = (/** @type {number} */ label) => names[label] ?? "no class";
  const taken = (/** @type {number[][]} */ arm, /** @type {number} */ e) => arm.map((seed) => (seed[e] === file.label[e] ? "✔" : "✘ " + name(seed[e]))).join(", ");
  const pages = pager(48, ["image", "images"], (from, to) => h("ul", { class: "gallery" }, ...entries.slice(from, to).map((e) => h("li", {},
    picture(e), h("strong", {}, name(file.label[e])), h("div", {}, "original: ", taken(file.original, e)), h("div", {}, "masterful: ", taken(file.masterful, e)),
    h("div", { class: "muted" }, `${file.split} image ${file.index[e]}`)))));

  function picture(/** @type {number} */ e) {
    const words = `${file.split} image ${file.index[e]}, in truth ${name(file.label[e])}`;
    return address ? h("img", { src: address(file.split, file.index[e]), alt: words, loading: "lazy", width: 84, height: 84 }) : sheet(e, words);
  }

  function show() {
    const arms = state.arm === "change" ? [file.original, file.masterful] : [/** @type {any} */ (file)[state.arm]];
    entries = [];
    for (let e = 0; e < file.index.length; e++) {
      if ((state.truth < 0 || file.label[e] === state.truth)
        && arms.some((arm) => arm.some((/** @type {number[]} */ seed) => seed[e] !== file.label[e] && (state.taken < 0 || seed[e] === state.taken)))
        && kinds[state.kind](e)) entries.push(e);
    }
    truth.value = String(state.truth);
    as.value = String(state.taken);
    pages.reset(entries.length);
  }

  const classes = (/** @type {string} */ any) => [/** @type {[string, string]} */ (["-1", any]), ...names.map((/** @type {string} */ n, /** @type {number} */ i) => /** @type {[string, string]} */ ([String(i), n]))];
  const truthChoice = choice("True class", classes("any"), "-1", (v) => { state.truth = Number(v); show(); });
  const takenChoice = choice("Taken for", classes("any other"), "-1", (v) => { state.taken = Number(v); show(); });
  const truth = truthChoice.querySelector("select"), as = takenChoice.querySelector("select");
  const element = h("section", { "aria-label": "Misclassified images" }, h("h3", {}, "Misclassified images"),
    h("p", { class: "lead" }, `${count(file.index.length)} of ${count(file.images)} images (${percent(file.index.length / Math.max(1, file.images), 1)}) were misclassified by at least one training. ✔ and ✘ stand for the seeds, in their order.${address || !file.sheet ? "" : file.sheet.entries.length < file.index.length ? ` ${count(file.sheet.entries.length)} of them are pictured here.` : ""}`),
    h("div", { class: "controls" }, truthChoice, takenChoice,
      choice("Which", [["any", "all of them"], ["mended", "masterful errs at fewer seeds"], ["broken", "masterful errs at more seeds"], ["always", "every training was wrong"]], state.kind, (v) => { state.kind = v; show(); })),
    pages.element);
  show();
  return { element, show };
}

/**
 * Cuts pictures out of the sheet that a run keeps of some of its misclassified images.
 * @param {import("./source.js").Run} run
 * @param {import("./source.js").Misclassified} file
 */
export function sheetPictures(run, file) {
  const sheet = file.sheet, places = new Map(sheet?.entries.map((entry, i) => [entry, i]));
  const image = new Image();
  if (sheet && run.sheet) image.src = run.sheet;
  return (/** @type {number} */ entry, /** @type {string} */ words) => {
    const at = places.get(entry);
    if (!sheet || !run.sheet || at === undefined) return h("p", { class: "muted" }, "not pictured");
    const canvas = h("canvas", { width: sheet.width, height: sheet.height, role: "img", "aria-label": words });
    image.decode().then(() => canvas.getContext("2d").drawImage(image, (at % sheet.columns) * sheet.width, Math.floor(at / sheet.columns) * sheet.height, sheet.width, sheet.height, 0, 0, sheet.width, sheet.height), () => canvas.replaceWith("not pictured"));
    return canvas;
  };
}
