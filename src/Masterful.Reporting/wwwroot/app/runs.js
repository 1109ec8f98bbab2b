import { h, pager, table } from "./dom.js";
import { amount, count, duration, known, loss, percent, points, short, signed, verdictOf, verdicts, verdictText, when } from "./format.js";
import { classBars, errorRates, evaluated, waterfall } from "./figures.js";
import { policiesView } from "./parallel.js";
import { source } from "./source.js";

// The list of runs with the one under way, and two runs side by side.

/** @type {{ title: string, number?: boolean, of: (run: import("./source.js").Summary) => any }[]} */
const columns = [
  { title: "Started (UTC)", of: (r) => r.started },
  { title: "Data", of: (r) => r.dataset },
  { title: "Model", of: (r) => r.model },
  { title: "Policy", of: (r) => r.policy },
  { title: "Original error", number: true, of: (r) => r.original },
  { title: "Masterful error", number: true, of: (r) => r.masterful },
  { title: "Reduction", number: true, of: (r) => r.reduction },
  { title: "Gate", of: (r) => r.gate },
  { title: "Took", number: true, of: (r) => r.seconds },
];

/** @param {AbortSignal} left when the page is left */
export async function runsPage(left) {
  const runs = await source.runs();
  /** @type {Set<string>} */
  const chosen = new Set();
  const state = { text: "", by: 0, down: true };
  /** @type {import("./source.js").Summary[]} */
  let shown = [];
  const list = pager(50, ["run", "runs"], rows);
  const compare = h("button", { type: "button", onclick: () => { location.hash = `#/compare/${[...chosen].join("/")}`; } }, "Compare");

  function rows(/** @type {number} */ from, /** @type {number} */ to) {
    return h("div", { class: "table", role: "region", "aria-label": "Runs", tabindex: 0 }, h("table", { class: "runs" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Compare"), ...columns.map((c, i) => h("th", {
        scope: "col", class: c.number && "number", "aria-sort": state.by === i ? (state.down ? "descending" : "ascending") : null,
      }, h("button", { type: "button", onclick: () => { Object.assign(state, { by: i, down: state.by === i ? !state.down : true }); update(); } }, c.title, state.by === i ? (state.down ? " ▾" : " ▴") : ""))))),
      h("tbody", {}, ...shown.slice(from, to).map((run) => h("tr", {},
        h("td", {}, h("input", { type: "checkbox", "aria-label": `Compare the run of ${when(run.started)}, ${run.policy}`, checked: chosen.has(run.id), onchange: (/** @type {any} */ e) => pick(run.id, e.target.checked) })),
        h("th", { scope: "row", class: "whole" }, h("a", { href: `#/report/${run.id}` }, when(run.started))),
        h("td", { class: "names" }, run.dataset), h("td", { class: "names" }, run.model), h("td", {}, h("a", { href: `#/policies/${run.id}` }, run.policy)),
        h("td", { class: "number" }, percent(run.original)), h("td", { class: "number" }, percent(run.masterful)),
        h("td", { class: "number" }, percent(run.reduction, 1), typeof run.low === "number" && h("span", { class: "muted" }, `${percent(run.low, 1)} to ${percent(run.high, 1)}`)),
        h("td", {}, h("span", { class: `badge ${run.gate}` }, verdicts[run.gate] ?? run.gate)),
        h("td", { class: "number" }, duration(run.seconds)))))));
  }

  function pick(/** @type {string} */ id, /** @type {boolean} */ on) {
    if (on) chosen.add(id);
    else chosen.delete(id);
    if (chosen.size > 2) chosen.delete(/** @type {string} */ (chosen.values().next().value));
    update();
  }

  function update() {
    const text = state.text.toLowerCase();
    const key = columns[state.by].of;
    shown = runs.filter((r) => !text || [r.dataset, r.model, r.policy, r.gate, r.folder, r.id, r.started].some((t) => t.toLowerCase().includes(text)))
      .sort((a, b) => { const [x, y] = [key(a) ?? -Infinity, key(b) ?? -Infinity]; return (x < y ? -1 : x > y ? 1 : 0) * (state.down ? -1 : 1); });
    compare.disabled = chosen.size !== 2;
    compare.textContent = chosen.size === 2 ? "Compare the two" : `Compare (choose ${2 - chosen.size} more)`;
    list.reset(shown.length);
  }

  update();
  return h("div", {}, h("h1", {}, "Runs"), livePanel(left),
    h("div", { class: "controls" }, h("label", {}, "Search", h("input", { type: "search", placeholder: "data, model, policy, gate …", oninput: (/** @type {any} */ e) => { state.text = e.target.value; update(); } })), compare),
    runs.length ? list.element : h("p", { class: "note" }, "There are no runs yet: dotnet masterful run makes one."));
}

/** The run under way, told by the server. @param {AbortSignal} left */
function livePanel(left) {
  const panel = h("section", { class: "panel", "aria-label": "Run under way", hidden: true });
  const title = h("h2"), stage = h("p", { role: "status" }), bar = h("progress", { max: 1, "aria-label": "Work of this stage" }), ledger = h("p", { class: "muted" }), place = h("div");
  /** @type {any[]} */
  let trials = [];
  /** @type {any} */
  let chart = null;
  const list = pager(10, ["trial", "trials"], (from, to) => table("Trials of the run under way, the latest first",
    [{ title: "Trial" }, { title: "Policy" }, { title: "Share of a training", number: true }, { title: "Loss", number: true }, { title: "Error", number: true }, { title: "Took", number: true }, { title: "" }],
    [...trials].reverse().slice(from, to).map((t) => [t.key.slice(0, 8), words(t), percent(t.fidelity, 0), loss(t.loss), percent(t.error), duration(t.seconds), [t.final ? "final" : "", t.reused ? "reused" : "", t.status === "failed" ? "failed" : ""].filter(Boolean).join(", ")])));
  panel.append(title, stage, bar, ledger, list.element, place);
  // Left while the list was read: nothing would close the stream again, and a browser keeps six connections to a server, not more.
  if (left.aborted) return panel;
  const events = source.live();
  left.addEventListener("abort", () => events.close());
  const on = (/** @type {string} */ type, /** @type {(data: any) => void} */ told) => events.addEventListener(type, (event) => told(JSON.parse(/** @type {MessageEvent} */ (event).data)));
  on("run", (run) => {
    panel.hidden = false;
    title.textContent = `Running now: ${run.spec}, since ${when(run.started)} UTC`;
    trials = [];
    chart = null;
    place.replaceChildren();
  });
  on("trials", (fresh) => {
    trials.push(...fresh);
    list.reset(trials.length);
    const trained = trials.filter((t) => !t.reused);
    ledger.textContent = `${count(trained.length)} trained, ${count(trials.length - trained.length)} reused · ${amount(trained.reduce((a, t) => a + t.imagePasses, 0))} image-passes, ${duration(trained.reduce((a, t) => a + t.seconds, 0))} of training`;
    const policies = fresh.map(tested);
    if (chart) chart.add(policies);
    else if (trials.length > 1) {
      const names = [...new Set(trials.flatMap((t) => Object.keys(t.values)))];
      if (names.length) {
        chart = policiesView({ axes: names.map((name) => ({ name, ...range(name) })), policies: trials.map(tested) });
        place.replaceChildren(h("details", { open: true }, h("summary", {}, "Policies so far"), chart));
      }
    }
  });
  on("progress", (progress) => {
    panel.hidden = false;
    if (!title.textContent) title.textContent = "Running now";
    stage.textContent = [progress.stage, progress.detail, progress.trialsPlanned ? `trial ${Math.min(progress.trialsDone + 1, progress.trialsPlanned)} of ${progress.trialsPlanned}` : "", progress.training, typeof progress.secondsLeft === "number" ? `about ${duration(progress.secondsLeft)} left in this stage` : ""].filter(Boolean).join(" · ");
    if (progress.imagePassesPlanned) bar.value = Math.min(1, progress.imagePasses / progress.imagePassesPlanned);
    else bar.removeAttribute("value");
  });
  on("idle", () => {
    if (!panel.hidden) dispatchEvent(new HashChangeEvent("hashchange"));
  });
  return panel;
}

/** Kinds and ranges of the axes that a live search can have. @param {string} name */
function range(name) {
  return ["horizontal_mirror", "rotate_90", "trivial_augment", "mixup", "cutmix"].includes(name) ? { kind: "rr", min: 0, max: 1 } : ["synthetic", "unlabeled"].includes(name) ? { kind: "r", min: 0, max: 10 } : { kind: "m", min: 0, max: 100 };
}

/** @param {any} trial @returns {import("./source.js").Tested} */
function tested(trial) {
  return { values: trial.values, validationLoss: trial.loss, errorRate: trial.error, selected: false, stage: trial.final ? "final" : "search", fidelity: trial.fidelity, seeds: 1 };
}

/** @param {any} trial */
function words(trial) {
  return Object.entries(trial.values).map(([name, value]) => `${name} ${short(/** @type {number} */ (value))}`).join(", ") || "nothing (original)";
}

/** @param {string} first @param {string} second */
export async function comparePage(first, second) {
  const runs = [(await source.run(first)).result, (await source.run(second)).result];
  const split = evaluated(runs[0]);
  const arm = (/** @type {import("./source.js").Arm} */ a) => [a.errorRate, a.errorRateLow, a.errorRateHigh];
  /** Value, low, high; figures without an interval are not judged. @type {[string, (r: import("./source.js").Result) => any[], ((v: any) => string), number][]} */
  const measures = [
    [`Original, ${split} error`, (r) => arm(r.original), percent, -1], [`Masterful, ${split} error`, (r) => arm(r.masterful), percent, -1],
    ["Error-rate reduction", (r) => [r.comparison.errorRateReduction, r.comparison.low, r.comparison.high], percent, 1], [`Masterful, ${split} loss`, (r) => [r.masterful.testLoss], loss, -1],
    ["Masterful, validation loss", (r) => [r.masterful.validationLoss], loss, -1],
  ];
  // As in a pull request's comment: the two runs count as independent.
  const judge = (/** @type {any[]} */ a, /** @type {any[]} */ b, /** @type {number} */ sign) => {
    const change = (b[0] - a[0]) * sign, half = Math.hypot((a[2] - a[1]) / 2, (b[2] - b[1]) / 2);
    const { sign: mark, word } = verdictText(verdictOf(change, change - half, change + half));
    return h("span", { class: word === "better" ? "up" : word === "worse" ? "down" : null }, `${mark} ${word}`.trim());
  };
  /** @type {[string, (r: import("./source.js").Result) => string][]} */
  const facts = [
    ["Gate", (r) => verdicts[r.gate.status] ?? r.gate.status], ["Data", (r) => r.dataset.name], ["Fingerprint of the data", (r) => r.dataset.fingerprint.slice(0, 12)],
    ["Model", (r) => r.model.name], ["Policy", (r) => `${r.policy.name} (${r.policy.source})`],
    ["Recipe", (r) => `${r.recipe.epochs} epoch${r.recipe.epochs === 1 ? "" : "s"}, ${r.recipe.optimizer}, batch ${r.recipe.batchSize}, rate ${short(r.recipe.learningRate)}, ${r.recipe.seeds} seeds`],
    ["Engine, device", (r) => `${r.run.engineVersion}, ${r.run.device}`], ["Took", (r) => duration((Date.parse(r.run.finishedAt) - Date.parse(r.run.startedAt)) / 1000)],
  ];
  const heads = runs.map((r, i) => `${"AB"[i]}: ${when(r.run.startedAt)}`);
  const techniques = [...new Set(runs.flatMap((r) => r.policy.values.map((/** @type {any} */ v) => v.axis)))];
  const on = (/** @type {any} */ r, /** @type {string} */ axis) => short(r.policy.values.find((/** @type {any} */ v) => v.axis === axis)?.value ?? 0);
  const names = runs[0].dataset.classes.filter((/** @type {string} */ n) => runs[1].dataset.classes.includes(n));
  const recall = (/** @type {any} */ r, /** @type {string} */ name) => r.masterful.classes.find((/** @type {any} */ c) => c.name === name)?.recall;
  const sides = (/** @type {(r: any) => Node} */ draw) => h("div", { class: "sides" }, ...runs.map((r, i) => h("div", {}, h("h3", {}, heads[i]), draw(r))));
  return h("div", {}, h("h1", {}, "Two runs side by side"),
    h("p", { class: "lead" }, ...runs.flatMap((r, i) => [h("a", { href: `#/report/${[first, second][i]}` }, heads[i]), i ? "" : " and "])),
    evaluated(runs[1]) !== split && h("p", { class: "note" }, `▲ A was measured on ${split} images, B on ${evaluated(runs[1])} images: their errors can't be compared as such.`),
    runs[0].dataset.fingerprint !== runs[1].dataset.fingerprint && h("p", { class: "note" }, "▲ The two were measured on different data: their errors can't be compared as such."),
    table("Figures", [{ title: "Figure" }, { title: heads[0], number: true }, { title: heads[1], number: true }, { title: "B − A", number: true }, { title: "" }], measures.map(([name, of, text, sign]) => {
      const [a, b] = runs.map(of), difference = known(a[0]) && known(b[0]) ? b[0] - a[0] : NaN;
      return [name, text(a[0]), text(b[0]), Number.isNaN(difference) ? points(NaN) : text === loss ? signed(difference) : `${points(difference)} points`, judge(a, b, sign)];
    })),
    h("p", { class: "note" }, "Within noise: the interval of the difference, of the two runs as independent, includes 0."),
    h("h2", {}, "What they are"), table("Facts", [{ title: "" }, { title: heads[0] }, { title: heads[1] }, { title: "" }], facts.map(([name, of]) => [name, of(runs[0]), of(runs[1]), of(runs[0]) === of(runs[1]) ? "=" : "≠"])),
    h("h2", {}, "Policies"), techniques.length ? table("Policies", [{ title: "Technique" }, { title: heads[0], number: true }, { title: heads[1], number: true }], techniques.map((t) => [t, on(runs[0], t), on(runs[1], t)])) : h("p", { class: "note" }, "Neither policy uses a technique."),
    h("h2", {}, "Error rates"), sides(errorRates), h("h2", {}, "Validation loss"), sides((r) => waterfall(r, false)),
    h("h2", {}, "Recall of the masterful models"), table("Recall by class", [{ title: "Class" }, { title: heads[0], number: true }, { title: heads[1], number: true }, { title: "B − A, points", number: true }], names.slice(0, 200).map((/** @type {string} */ n) => [n, percent(recall(runs[0], n), 1), percent(recall(runs[1], n), 1), known(recall(runs[0], n)) && known(recall(runs[1], n)) ? points(recall(runs[1], n) - recall(runs[0], n), 1) : points(NaN)])),
    h("h2", {}, "Recall against each one's original"), sides((r) => classBars(r, "recall")));
}
