import { choice, h, pager, table } from "./dom.js";
import { count, percent, short, verdicts, when } from "./format.js";
import { addedImages, classBars, decisions, doseCurve, errorRates, evaluated, labelBars, policyTable, waterfall } from "./figures.js";
import { confusionView, sheetPictures } from "./confusion.js";
import { policiesView } from "./parallel.js";
import { source } from "./source.js";

// The pages of one run, of the data, of the techniques, and the documentation.

/** A run to choose, where there is a server. @param {string} page @param {string} id */
async function runPicker(page, id) {
  if (source.inside) return null;
  const runs = await source.runs();
  return h("div", { class: "controls" }, choice("Run", runs.map((r) => [r.id, `${when(r.started)} · ${r.dataset} · ${r.policy}`]), id, (value) => { location.hash = `#/${page}/${value}`; }));
}

/** Draws the charts of a report into their places. @param {any} report @param {import("./source.js").Run} run */
export function drawCharts(report, run) {
  const { result, policies } = run;
  /** @type {Record<string, () => any>} */
  const charts = {
    labels: () => labelBars(result.dataset), policies: () => policies && policiesView(policies), waterfall: () => waterfall(result, false), "waterfall-error": () => waterfall(result, true),
    recall: () => classBars(result, "recall"), precision: () => classBars(result, "precision"), "error-rate": () => errorRates(result),
    synthetic: () => dose("synthetic"), unlabeled: () => dose("unlabeled"),
  };
  const dose = (/** @type {string} */ technique) => { const found = result.search?.doses.find((/** @type {any} */ d) => d.technique === technique); return found && doseCurve(found); };
  report.querySelectorAll("pre").forEach((/** @type {any} */ block) => block.setAttribute("tabindex", "0"));
  for (const place of report.querySelectorAll("[data-chart]")) {
    const chart = charts[place.dataset.chart]?.();
    if (chart) (place.closest("p") ?? place).replaceWith(chart);
  }
}

/** @param {string} id */
export async function reportPage(id) {
  const [run, html, picker] = await Promise.all([source.run(id), source.report(id), runPicker("report", id)]);
  const page = h("div");
  // Made by the server from Markdown, in which raw HTML is text; the content policy runs nothing that would come with it.
  page.innerHTML = html ?? "";
  drawCharts(page, run);
  page.prepend(...[picker].filter((p) => p !== null));
  return page;
}

/** @param {string} id */
export async function policiesPage(id) {
  const [run, picker, data] = await Promise.all([source.run(id), runPicker("policies", id), source.data()]);
  const { result, policies } = run;
  const address = data?.available && data.fingerprint === result.dataset.fingerprint ? source.image : null;
  const bars = h("div"), added = addedImages(result);
  const sorted = (/** @type {string} */ order) => bars.replaceChildren(h("div", { class: "sides" }, classBars(result, "recall", order), classBars(result, "precision", order)));
  sorted("data");
  return h("div", {}, h("h1", {}, "Training Policies"), picker,
    h("p", { class: "lead" }, `${result.dataset.name}, ${result.model.name}: `, h("strong", {}, result.policy.name), ` (${result.policy.source}). `, h("span", { class: `badge ${result.gate.status}` }, verdicts[result.gate.status] ?? result.gate.status)),
    result.notes?.length ? h("ul", {}, ...result.notes.map((note) => h("li", {}, note))) : null,
    policyTable(result.policy),
    h("h2", {}, "What was tested"), policies && policies.policies.length > 1 ? policiesView(policies) : h("p", { class: "note" }, "No search ran, so there are no tested policies to compare."),
    h("h3", {}, "What the search decided"), decisions(result),
    added && h("h2", {}, "Added images"), added,
    h("h2", {}, "What each technique contributes"), h("div", { class: "sides" }, waterfall(result, false), waterfall(result, true)),
    h("h2", {}, "Error rate"), errorRates(result),
    h("h2", {}, "Recall and precision"),
    h("div", { class: "controls" }, choice("Order", [["data", "of the data"], ["better", "largest gain first"], ["worse", "largest loss first"], ["low", "lowest first"]], "data", sorted)), bars,
    h("h2", {}, "What is taken for what"), confusionView(run, address));
}

/** @param {string} id */
export async function healthPage(id) {
  const [run, picker, data, labels, runs] = await Promise.all([source.run(id), runPicker("health", id), source.data(), source.labels(), source.inside ? [] : source.runs()]);
  const { dataset } = run.result, { health } = dataset;
  const check = (/** @type {string} */ name, /** @type {number} */ found) => [name, count(found), found === 0 ? h("span", { class: "up" }, "✔") : h("span", { class: "down" }, "▲ look into it")];
  const same = data?.available && data.fingerprint === dataset.fingerprint;
  const samples = source.inside ? document.querySelector('#main img[alt^="Samples"]')?.cloneNode() ?? insideSamples : runs.find((r) => r.id === id)?.hasSamples ? h("img", { src: source.samples(id), alt: `Samples of the images of ${dataset.name}, by class.` }) : null;
  return h("div", {}, h("h1", {}, "Data Health"), picker,
    h("p", { class: "lead" }, `${dataset.name}: ${Object.entries(dataset.counts).filter(([, n]) => /** @type {number} */ (n) > 0).map(([name, n]) => `${name} ${count(/** @type {number} */ (n))}`).join(", ")}.${health.withoutLabel ? ` ${count(health.withoutLabel)} images of train have no label and count as unlabeled.` : ""}`),
    table("Checks", [{ title: "Check" }, { title: "Found", number: true }, { title: "" }], [
      check("Test images that also stand in train or select", health.leaks), check("Exact copies within a split", health.duplicates),
      check("Exact copies with different labels", health.conflictingLabels), check("Files that could not be read", health.unreadable),
      ...(health.withoutEnd ? [check("Files that lack their end, all pixels there", health.withoutEnd)] : []), ...(health.constant ? [check("Images of a single colour", health.constant)] : []),
    ]),
    health.warnings.length ? h("ul", {}, ...health.warnings.slice(0, 100).map((/** @type {string} */ w) => h("li", {}, w))) : null,
    health.unreadableFiles?.length ? table("Left out, since they can't be read", [{ title: "Split" }, { title: "File" }, { title: "Why" }], health.unreadableFiles.map((/** @type {{ split: string, file: string, reason: string }} */ f) => [f.split, f.file, f.reason])) : null,
    labelBars(dataset),
    table("Facts", [{ title: "Fact" }, { title: "" }], [
      ["Format", dataset.format], ["Sizes as stored", Object.entries(health.sizes).slice(0, 8).map(([size, n]) => `${size} (${count(/** @type {number} */ (n))})`).join(", ")],
      ["Mean and deviation, 0 to 255", health.mean.map((/** @type {number} */ m, /** @type {number} */ i) => `${short(Math.round(m * 10) / 10)} ± ${short(Math.round(health.standardDeviation[i] * 10) / 10)}`).join(", ")], ...(health.transparent ? [["Images with transparent parts", `${count(health.transparent)}, ${health.background === "none" ? "their transparency dropped" : `put on ${health.background}`}`]] : []), ["Fingerprint", dataset.fingerprint.slice(0, 16)],
    ]),
    h("h2", {}, "Copies and leaks"), source.inside ? h("p", { class: "note" }, "dotnet masterful ui shows the images.") : !data?.available ? h("p", { class: "note" }, `The images can't be shown. ${data?.reason ?? ""}`) : !same ? h("p", { class: "note" }, "The data on disk is not what this run was measured on, so its images are not shown.") : copies(/** @type {any} */ (data), dataset.classes),
    h("h2", {}, "Labels that are likely wrong"), labelSuspects(labels),
    h("h2", {}, `${evaluated(run.result) === "test" ? "Test" : "Selection"} images worth a second look`), suspects(run, same ? source.image : null),
    samples && h("h2", {}, "Samples"), samples);
}

/** @type {Node | null} */
let insideSamples = null;

/** Keeps the contact sheet of a report whose page is left. @param {Node | null} image */
export function keepSamples(image) {
  insideSamples ??= image?.cloneNode() ?? null;
}

/** @param {{ groups: any[], groupCount: number }} data @param {string[]} classes */
function copies(data, classes) {
  if (!data.groups.length) return h("p", { class: "note" }, "No two images are the same.");
  const list = pager(12, ["group of equal images", "groups of equal images"], (from, to) => h("ul", { class: "gallery" }, ...data.groups.slice(from, to).map((group) => h("li", {},
    h("div", { class: "pictures" }, ...group.images.slice(0, 4).map((/** @type {any} */ i) => h("img", { src: source.image(i.split, i.index), alt: `${i.split} image ${i.index}`, loading: "lazy" }))),
    h("strong", {}, group.kind === "leak" ? "✘ leak into test" : "copies", group.conflict ? ", labels differ" : ""),
    ...group.images.map((/** @type {any} */ i) => h("div", {}, `${i.split} ${i.index}: ${classes[i.label] ?? "no label"}`))))));
  list.reset(data.groups.length);
  return h("div", {}, data.groupCount > data.groups.length && h("p", { class: "note" }, `The first ${count(data.groups.length)} of ${count(data.groupCount)} groups.`), list.element);
}

/**
 * What data --labels found: labels of train and select that models which did not train on them deny.
 * @param {Awaited<ReturnType<typeof source.labels>>} labels
 */
function labelSuspects(labels) {
  const command = h("code", {}, "dotnet masterful data --labels");
  if (!labels) return h("p", { class: "note" }, command, " looks for them, and ", h("code", {}, "dotnet masterful ui"), " shows what it found.");
  if (labels.problem) return h("p", { class: "note", role: "alert" }, `What was found can't be shown. ${labels.problem} Run `, command, " again.");
  if (!labels.written) {
    return h("p", { class: "note" }, "The labels of train and select were not looked through yet: ", command,
      ` trains the model once a fold, lets each judge the images that it has not seen, and lists the labels that it denies${labels.path ? ` in ${labels.path}` : ""}. This page then shows them.`);
  }
  const list = pager(24, ["label", "labels"], (from, to) => h("ul", { class: "gallery" }, ...labels.suspects.slice(from, to).map((s) => h("li", { class: s.now ? "settled" : "" },
    s.index === null ? h("p", { class: "muted" }, "not in the data on disk") : h("img", { src: source.image(s.split, s.index), alt: `${s.split}: ${s.image}`, loading: "lazy" }),
    h("strong", {}, `labelled ${s.given}`), h("div", {}, `more likely ${s.suggested}`),
    h("div", {}, `model: ${percent(s.givenProbability, 0)} against ${percent(s.suggestedProbability, 0)}`),
    s.now && h("div", { class: "up" }, `✔ now labelled ${s.now}`),
    h("details", {}, h("summary", {}, "Why"), s.reason), h("div", { class: "muted" }, `${s.split}: ${s.image}`)))));
  list.reset(labels.suspects.length);
  return h("div", {}, h("p", { class: "lead" }, `What `, command, ` found on ${when(labels.written)} UTC in train and select, the surest first: models that were not trained on the image give its label the first share, and the other class the second. Look before you change a label: an unusual image can be labelled right.`),
    labels.count > labels.suspects.length && h("p", { class: "note" }, `The surest ${count(labels.suspects.length)} of ${count(labels.count)}; all are in ${labels.path}.`), list.element);
}

/**
 * Images that every final training, of both models, put into one and the same other class: hard ones, or wrongly labelled ones.
 * @param {import("./source.js").Run} run
 * @param {((split: string, index: number) => string) | null} address
 */
function suspects(run, address) {
  const file = run.misclassified, names = run.result.dataset.classes;
  if (!file) return h("p", { class: "note" }, "The run kept no list of misclassified images.");
  const seeds = [...file.original, ...file.masterful];
  const found = file.index.map((_, e) => e).filter((e) => seeds[0][e] !== file.label[e] && seeds.every((seed) => seed[e] === seeds[0][e]));
  const sheet = sheetPictures(run, file);
  const list = pager(24, ["image", "images"], (from, to) => h("ul", { class: "gallery" }, ...found.slice(from, to).map((e) => {
    const words = `${file.split} image ${file.index[e]}`;
    return h("li", {}, address ? h("img", { src: address(file.split, file.index[e]), alt: words, loading: "lazy" }) : sheet(e, words), h("strong", {}, `labelled ${names[file.label[e]]}`), h("div", {}, `all say ${names[seeds[0][e]] ?? "no class"}`), h("div", { class: "muted" }, words));
  })));
  list.reset(found.length);
  return h("div", {}, h("p", { class: "lead" }, `All ${seeds.length} final trainings of both models put these ${file.split} images into one and the same other class. Some are hard; some may be labelled wrongly.`), list.element);
}

/** @param {AbortSignal} left when the page is left */
export async function augmentationsPage(left) {
  const { techniques, obstacle } = await source.augmentations();
  if (obstacle) return h("div", {}, h("h1", {}, "Augmentations"), h("p", { class: "note" }, `Your images can't be shown. ${obstacle}`));
  const state = { technique: techniques.find((/** @type {any} */ t) => t.name === "rotate") ?? techniques[0], share: 0.4, draw: 0 };
  const slider = h("input", { type: "range", min: 0, max: 100, step: 1, value: 40, "aria-label": "Strength", oninput: () => { state.share = Number(slider.value) / 100; later(); } });
  const value = h("output"), status = h("p", { role: "status", class: "note" }), place = h("ul", { class: "pairs" });
  /** @type {number} */
  let timer = 0;
  let asked = 0;
  function later() {
    label();
    clearTimeout(timer);
    timer = window.setTimeout(show, 120);
  }
  function label() {
    value.textContent = `${state.technique.name} (${state.technique.kind}) = ${short(state.share * state.technique.maximum)}`;
    slider.setAttribute("aria-valuetext", value.textContent);
  }
  async function show() {
    const mine = ++asked;
    if (!place.children.length) status.textContent = "Loading torch and your images …";
    const pairs = await source.pairs(state.technique.name, state.share * state.technique.maximum, state.draw).catch((error) => { status.textContent = error.message; return null; });
    if (mine !== asked || left.aborted || !pairs) return;
    status.textContent = "";
    place.replaceChildren(...pairs.map((/** @type {any} */ pair, /** @type {number} */ i) => h("li", {}, h("div", {}, h("img", { src: pair.original, alt: `Image ${i + 1}, original` }), h("img", { src: pair.changed, alt: `Image ${i + 1} under ${state.technique.name}` })), pair.label ?? "no label")));
  }
  label();
  show();
  return h("div", {}, h("h1", {}, "Augmentations"),
    h("p", { class: "lead" }, "A technique at a strength of your choice, on your own training images: left as they are, right as the model would see them. Strengths are those before the search's own calibration."),
    h("div", { class: "controls" },
      choice("Technique", techniques.map((/** @type {any} */ t) => [t.name, `${t.name} (${t.kind})`]), state.technique.name, (name) => { state.technique = techniques.find((/** @type {any} */ t) => t.name === name); later(); }),
      h("label", {}, "Strength", slider), value, h("button", { type: "button", onclick: () => { state.draw++; show(); } }, "Draw again")),
    status, place);
}

/** @param {string} name */
export async function docsPage(name) {
  const [pages, html] = await Promise.all([source.docs(), source.doc(name || "README")]);
  const article = h("article", { class: "docs" });
  // Made by the server from the Markdown of this version, in which raw HTML is text.
  article.innerHTML = html ?? "<p>There is no such page.</p>";
  article.querySelectorAll("table").forEach((/** @type {any} */ t, /** @type {number} */ i) => { const frame = h("div", { class: "table", role: "region", "aria-label": `Table ${i + 1}`, tabindex: 0 }); t.replaceWith(frame); frame.append(t); });
  article.querySelectorAll("pre").forEach((/** @type {any} */ block) => block.setAttribute("tabindex", "0"));
  article.querySelectorAll("a[data-anchor]").forEach((/** @type {any} */ link) => link.addEventListener("click", (/** @type {Event} */ event) => { event.preventDefault(); document.getElementById(link.dataset.anchor)?.scrollIntoView(); }));
  return h("div", { class: "docs-layout" }, h("nav", { "aria-label": "Documentation" }, h("ul", {}, ...pages.map((/** @type {any} */ p) => h("li", {}, h("a", { href: `#/docs/${p.name}`, "aria-current": p.name === (name || "README") ? "page" : null }, p.title))))), article);
}
