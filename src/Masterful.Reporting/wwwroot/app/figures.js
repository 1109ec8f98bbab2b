import { h, table } from "./dom.js";
import { count, duration, known, loss, missing, percent, points, short, signed, verdictCount, verdictOf, verdictText, whyNone } from "./format.js";
import { nameAxis, plot, tip, valueAxis } from "./plot.js";

// The charts of one run's result.

const rowHeight = 30;

/**
 * A bar from one value to another with a whisker and words, in the row of its index.
 * @param {any} colour
 * @param {{ from: number, to: number, fill: string, low?: number, high?: number, words: string, dashed?: boolean }[]} bars
 */
function floatingBars(colour, bars) {
  return {
    type: "custom", data: bars.map((bar, i) => [i, bar.from, bar.to]), encode: { x: [1, 2], y: 0 }, clip: false,
    renderItem(/** @type {any} */ _, /** @type {any} */ api) {
      const bar = bars[api.value(0)];
      const [x0, y] = api.coord([bar.from, api.value(0)]), [x1] = api.coord([bar.to, api.value(0)]);
      const height = Math.min(20, api.size([0, 1])[1] * 0.66);
      /** @type {any[]} */
      const children = [{
        type: "rect", shape: { x: Math.min(x0, x1), y: y - height / 2, width: Math.max(1, Math.abs(x1 - x0)), height, r: 2 },
        style: { fill: bar.fill, stroke: bar.dashed ? colour.muted : undefined, lineDash: bar.dashed ? [4, 3] : undefined },
      }];
      let right = Math.max(x0, x1);
      if (bar.low !== undefined && bar.high !== undefined && Number.isFinite(bar.low) && Number.isFinite(bar.high)) {
        const [low] = api.coord([bar.low, 0]), [high] = api.coord([bar.high, 0]);
        const line = (/** @type {number} */ xa, /** @type {number} */ ya, /** @type {number} */ xb, /** @type {number} */ yb) =>
          ({ type: "line", shape: { x1: xa, y1: ya, x2: xb, y2: yb }, style: { stroke: colour.ink, lineWidth: 1.2 } });
        children.push(line(low, y, high, y), line(low, y - 4, low, y + 4), line(high, y - 4, high, y + 4));
        right = Math.max(right, high);
      }
      children.push({ type: "text", style: { text: bar.words, x: right + 8, y, fill: colour.ink, verticalAlign: "middle", font: "12px sans-serif" } });
      return { type: "group", children };
    },
  };
}

/**
 * From the original's value to the masterful's, technique by technique.
 * @param {import("./source.js").Result} result
 * @param {boolean} ofError the error instead of the loss
 */
export function waterfall(result, ofError) {
  const unit = ofError ? (/** @type {any} */ v) => percent(v) : loss, change = ofError ? (/** @type {any} */ v) => points(v) + " points" : signed;
  const start = ofError ? result.original.validationErrorRate : result.original.validationLoss;
  const end = ofError ? result.masterful.validationErrorRate : result.masterful.validationLoss;
  const deltas = result.attribution.map((s) => (ofError ? s.errorRateDelta : s.validationLossDelta));
  if (typeof start !== "number" || typeof end !== "number" || !deltas.length || deltas.some((d) => typeof d !== "number")) {
    return h("p", { class: "note" }, ofError ? "" : result.policy.values.length ? "What each technique contributes was not measured in this run." : "The policy uses no technique, so there is nothing to attribute.");
  }
  const errors = result.attribution.map((s) => (ofError ? s.errorRateStandardError : s.standardError) ?? NaN);
  const significant = result.attribution.map((s, i) => (ofError ? Math.abs(/** @type {number} */ (deltas[i])) > 2 * errors[i] : s.significant));
  const levels = deltas.reduce((all, d) => [...all, all[all.length - 1] + /** @type {number} */ (d)], [start]);
  const reach = levels.flatMap((l, i) => [l, l + 2 * (errors[i - 1] || 0), l - 2 * (errors[i - 1] || 0)]).concat(end);
  const span = Math.max(...reach) - Math.min(...reach) || Math.abs(start) || 1;
  const floor = Math.max(0, Math.min(...reach) - span * 0.3), top = Math.max(...reach) + span * 0.25;
  const names = ["original", ...result.attribution.map((s) => s.technique), "masterful"];
  const rows = [
    ["original", unit(start), ""],
    ...result.attribution.map((s, i) => [s.technique, change(deltas[i]), Number.isFinite(errors[i]) ? "± " + (ofError ? points(errors[i]).replace("+", "") : loss(errors[i])) : ""]),
    ["masterful", unit(end), ""],
  ];
  const what = ofError ? "validation error" : "validation loss";
  const chart = plot({
    title: `Where the ${what} goes`,
    subtitle: `Each bar is what changes when a technique joins; whiskers are two standard errors, dashed bars are within noise.${floor > 0 ? " The axis does not begin at 0." : ""}`,
    description: `Waterfall of the ${what}: ${rows.map((r) => `${r[0]} ${r[1]}`).join(", ")}.`,
    height: names.length * 34 + 50,
    figures: table(`Contributions to the ${what}`, [{ title: "Technique" }, { title: "Value or change", number: true }, { title: "Standard error", number: true }], rows),
    option: (colour) => ({
      grid: { left: 165, right: 30, top: 8, bottom: 30 },
      xAxis: { type: "value", min: floor, max: top, ...valueAxis(colour), axisLabel: { color: colour.muted, formatter: (/** @type {number} */ v) => (ofError ? percent(v, 1) : v.toFixed(3)) } },
      yAxis: nameAxis(colour, names),
      tooltip: { trigger: "item", formatter: (/** @type {any} */ p) => tip([names[p.value[0]], ...rows[p.value[0]].slice(1).map(String).filter(Boolean)]) },
      series: [floatingBars(colour, names.map((_, i) => {
        if (i === 0 || i === names.length - 1) return { from: floor, to: i ? end : start, fill: i ? colour.masterful : colour.original, words: String(rows[i][1]) };
        const better = levels[i] < levels[i - 1], noise = !significant[i - 1];
        return {
          from: levels[i - 1], to: levels[i], fill: noise ? colour.noise : better ? colour.improve : colour.worsen, dashed: noise,
          low: levels[i] - 2 * errors[i - 1], high: levels[i] + 2 * errors[i - 1], words: String(rows[i][1]),
        };
      }))],
    }),
  });
  const missed = leftOut(result, ofError);
  return missed ? h("div", {}, chart, missed) : chart;
}

/**
 * What is lost when a technique alone is taken out of the whole policy; null where that was not measured.
 * @param {import("./source.js").Result} result
 * @param {boolean} ofError the error instead of the loss
 */
function leftOut(result, ofError) {
  const of = (/** @type {import("./source.js").Step} */ s) => (ofError ? s.leaveOneOutErrorRateDelta : s.leaveOneOutDelta);
  const steps = result.attribution.filter((s) => typeof of(s) === "number");
  if (!steps.length) return null;
  const bars = steps.map((s) => ({ name: s.technique, change: /** @type {number} */ (of(s)), error: (ofError ? s.leaveOneOutErrorRateStandardError : s.leaveOneOutStandardError) ?? NaN }));
  const words = (/** @type {number} */ change) => (ofError ? `${points(change)} points` : signed(change));
  const rows = bars.map((b) => [b.name, words(b.change), Number.isFinite(b.error) ? "± " + (ofError ? points(b.error).replace("+", "") : loss(b.error)) : ""]);
  const reach = bars.flatMap((b) => [0, b.change, b.change - 2 * (b.error || 0), b.change + 2 * (b.error || 0)]);
  const [least, most] = [Math.min(...reach), Math.max(...reach)], span = most - least || 1;
  const what = ofError ? "validation error" : "validation loss";
  return plot({
    title: `The ${what} when a technique alone is left out`,
    subtitle: "Above 0, the rest of the policy misses it; whiskers are two standard errors, dashed bars are within noise.",
    description: `Change of the ${what} when a technique alone is left out: ${rows.map((r) => `${r[0]} ${r[1]}`).join(", ")}.`,
    height: bars.length * 34 + 50,
    figures: table(`The ${what} when a technique is left out`, [{ title: "Left out" }, { title: "Change", number: true }, { title: "Standard error", number: true }], rows),
    option: (colour) => ({
      grid: { left: 165, right: 30, top: 8, bottom: 30 },
      xAxis: { type: "value", min: least && least - span * 0.1, max: most + span * 0.3, ...valueAxis(colour), axisLabel: { color: colour.muted, showMinLabel: false, showMaxLabel: false, formatter: (/** @type {number} */ v) => (ofError ? points(v, 1) : signed(v, 3)) } },
      yAxis: nameAxis(colour, bars.map((b) => b.name)),
      tooltip: { trigger: "item", formatter: (/** @type {any} */ p) => tip(rows[p.value[0]].filter(Boolean)) },
      series: [floatingBars(colour, bars.map((b) => {
        const noise = !(Math.abs(b.change) > 2 * b.error);
        return { from: 0, to: b.change, fill: noise ? colour.noise : b.change > 0 ? colour.improve : colour.worsen, dashed: noise, low: b.change - 2 * b.error, high: b.change + 2 * b.error, words: words(b.change) };
      }))],
    }),
  });
}

/**
 * Recall or precision of every class in both models.
 * @param {import("./source.js").Result} result
 * @param {"recall" | "precision"} measure
 * @param {string} [order] data, better, worse or low
 */
export function classBars(result, measure, order = "data") {
  const high = measure === "recall" ? "recallHigh" : "precisionHigh", low = measure === "recall" ? "recallLow" : "precisionLow";
  const changes = result.comparison.classes ?? [], paired = changes.length === result.original.classes.length;
  const all = result.original.classes.map((before, i) => {
    const after = result.masterful.classes[i], change = known(before[measure]) && known(after[measure]) ? after[measure] - before[measure] : NaN, c = paired ? changes[i] : {};
    return {
      name: before.name, support: before.support, before, after, change, original: before[measure], masterful: after[measure],
      verdict: Number.isNaN(change) ? "undefined" : measure === "recall" ? c.verdict : c.precisionVerdict,
      low: measure === "recall" ? c.low : c.precisionLow, high: measure === "recall" ? c.high : c.precisionHigh,
    };
  });
  if (!all.length) return h("p", { class: "note" }, "There are no figures by class.");
  const last = (/** @type {number} */ value) => (Number.isNaN(value) ? -Infinity : value);
  /** @type {Record<string, (a: any, b: any) => number>} */
  const orders = {
    data: () => 0, better: (a, b) => last(b.change) - last(a.change) || 0, worse: (a, b) => last(-b.change) - last(-a.change) || 0,
    low: (a, b) => (known(a.masterful) ? a.masterful : 2) - (known(b.masterful) ? b.masterful : 2),
  };
  const classes = [...all].sort(orders[order]);
  const shown = classes.slice(0, 100);
  const least = Math.min(...shown.flatMap((c) => [c.before[low], c.after[low]]).filter(known));
  const floor = Math.max(0, Math.floor((least - 0.05) * 10) / 10) || 0;
  const words = (/** @type {any} */ c) => (Number.isNaN(c.change) ? missing : `${verdictText(c.verdict).sign} ${points(c.change, 1)}`.trim());
  const interval = (/** @type {any} */ c) => (known(c.low) && c.high > c.low ? ` (${points(c.low, 1)} to ${points(c.high, 1)})` : "");
  const rate = (/** @type {any} */ arm) => (known(arm[measure]) ? `${percent(arm[measure], 1)} (${percent(arm[low], 1)} to ${percent(arm[high], 1)})` : missing);
  const name = measure === "recall" ? "Recall" : "Precision", counted = verdictCount(name, all.map((c) => c.verdict));
  return plot({
    title: `${name} of each class`,
    legend: [["lower of the two", "baseline"], ["▲ better", "better"], ["▼ worse", "worse"], ["≈ within noise", "noise"]],
    subtitle: `${counted} On the blue bar stands the difference; better and worse are judged over images and seeds, for all classes together. Whiskers: the masterful model's interval.${floor ? ` The axis begins at ${percent(floor, 0)}.` : ""}${classes.length > shown.length ? ` The first ${shown.length} of ${classes.length} classes in this order.` : ""}`,
    description: `${name} by class in both models. ${counted}`,
    height: shown.length * rowHeight + 50,
    figures: table(`${name} by class`, [{ title: "Class" }, { title: "Images", number: true }, { title: "Original", number: true }, { title: "Masterful", number: true }, { title: "Change, points", number: true }, { title: "" }],
      classes.map((c) => [c.name, count(c.support), rate(c.before), rate(c.after), points(c.change, 1) + interval(c), `${verdictText(c.verdict).sign} ${verdictText(c.verdict).word}`.trim()])),
    option: (colour) => ({
      grid: { left: 165, right: 20, top: 8, bottom: 30 },
      xAxis: { type: "value", min: floor, max: 1 + (1 - floor) * 0.18, ...valueAxis(colour), axisLabel: { color: colour.muted, formatter: (/** @type {number} */ v) => (v > 1 ? "" : percent(v, 0)) } },
      yAxis: nameAxis(colour, shown.map((c) => c.name)),
      tooltip: {
        trigger: "item", formatter: (/** @type {any} */ p) => {
          const c = shown[p.value[0]];
          return tip([c.name, `Original ${rate(c.before)}`, `Masterful ${rate(c.after)}`, `${Number.isNaN(c.change) ? missing : `${points(c.change, 1)} points${interval(c)}`} ${verdictText(c.verdict).word}`, `${count(c.support)} images`]);
        },
      },
      series: [
        floatingBars(colour, shown.map((c) => ({ from: floor, to: Number.isNaN(c.change) ? floor : Math.min(c.original, c.masterful), fill: colour.baseline, words: "" }))),
        floatingBars(colour, shown.map((c) => ({
          from: Number.isNaN(c.change) ? floor : Math.min(c.original, c.masterful), to: Number.isNaN(c.change) ? floor : Math.max(c.original, c.masterful),
          fill: Number.isNaN(c.change) ? "transparent" : colour[verdictText(c.verdict).colour], dashed: !Number.isNaN(c.change) && verdictText(c.verdict).colour === "noise" && c.change !== 0,
          low: Number.isNaN(c.change) ? undefined : c.after[low], high: Number.isNaN(c.change) ? undefined : c.after[high], words: words(c),
        }))),
      ],
    }),
  });
}

/** What the images are called that both models were measured on. @param {import("./source.js").Result} result */
export function evaluated(result) {
  return (result.dataset.evaluated ?? "test") === "test" ? "test" : "selection";
}

/** The two error rates with their intervals. @param {import("./source.js").Result} result */
export function errorRates(result) {
  const title = evaluated(result) === "test" ? "Test error" : "Selection error";
  const arms = [["original", result.original], ["masterful", result.masterful]];
  const { errorRateReduction: reduction, low, high, confidence } = result.comparison;
  const why = whyNone(result), noise = !why && verdictOf(reduction, low, high) === "within-noise";
  const range = why ? `: ${why}` : (known(low) ? ` (${percent(low, 1)} to ${percent(high, 1)} at ${percent(confidence, 0)} confidence)` : "") + (noise ? ", within noise" : "");
  const most = Math.min(1, 1.2 * Math.max(...[result.original, result.masterful].flatMap((arm) => [arm.errorRate, arm.errorRateHigh]).filter((v) => Number.isFinite(v)), 0.001));
  return plot({
    title,
    subtitle: `Error-rate reduction ${percent(reduction, 1)}${range}. Whiskers: each model's own interval.`,
    description: `${title}: original ${percent(result.original.errorRate)}, masterful ${percent(result.masterful.errorRate)}; reduction ${percent(reduction, 1)}${range}.`,
    height: 130,
    figures: table(title, [{ title: "Model" }, { title: "Error", number: true }, { title: "Interval", number: true }, { title: "Each seed", number: true }],
      arms.map(([name, arm]) => { const a = /** @type {any} */ (arm); return [/** @type {string} */ (name), percent(a.errorRate), known(a.errorRateLow) ? `${percent(a.errorRateLow)} to ${percent(a.errorRateHigh)}` : missing, a.errorRatePerSeed.map((/** @type {number} */ e) => percent(e)).join(", ")]; })),
    option: (colour) => ({
      grid: { left: 165, right: 70, top: 8, bottom: 30 },
      xAxis: { type: "value", min: 0, max: most, ...valueAxis(colour), axisLabel: { color: colour.muted, showMaxLabel: false, formatter: (/** @type {number} */ v) => percent(v, 1) } },
      yAxis: nameAxis(colour, ["original", "masterful"]),
      tooltip: { trigger: "item", formatter: (/** @type {any} */ p) => { const a = /** @type {any} */ (arms[p.value[0]][1]); return tip([String(arms[p.value[0]][0]), percent(a.errorRate), known(a.errorRateLow) ? `${percent(a.errorRateLow)} to ${percent(a.errorRateHigh)}` : missing]); } },
      series: [floatingBars(colour, arms.map(([name, arm]) => { const a = /** @type {any} */ (arm); return { from: 0, to: a.errorRate ?? 0, fill: name === "original" ? colour.original : colour.masterful, low: a.errorRateLow, high: a.errorRateHigh, words: percent(a.errorRate) }; }))],
    }),
  });
}

/** Images of each class by split. @param {any} dataset */
export function labelBars(dataset) {
  const splits = Object.entries(dataset.classCounts).filter(([, counts]) => /** @type {number[]} */ (counts).some((c) => c > 0)).slice(0, 5);
  if (!splits.length) return h("p", { class: "note" }, "The images of each class were not counted.");
  /** @type {string[]} */
  const names = dataset.classes.slice(0, 100);
  return plot({
    title: "Images of each class",
    legend: splits.map(([name], i) => [name, `split-${i + 1}`]),
    subtitle: splits.map(([name, counts]) => `${name} ${count(/** @type {number[]} */ (counts).reduce((a, b) => a + b, 0))}`).join(" · ") + (dataset.classes.length > 100 ? ` · the first 100 of ${dataset.classes.length} classes` : ""),
    description: `Bars of the number of images of each of ${dataset.classes.length} classes in ${splits.map((s) => s[0]).join(", ")}.`,
    height: names.length * 26 + 70,
    figures: table("Images of each class", [{ title: "Class" }, ...splits.map((s) => ({ title: s[0], number: true }))], dataset.classes.map((/** @type {string} */ name, /** @type {number} */ i) => [name, ...splits.map((s) => count(/** @type {number[]} */ (s[1])[i]))])),
    option: (colour) => ({
      grid: { left: 165, right: 30, top: 8, bottom: 30 },
      xAxis: { type: "value", ...valueAxis(colour) },
      yAxis: nameAxis(colour, names),
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, formatter: (/** @type {any} */ p) => tip([dataset.classes[p[0].dataIndex], ...splits.map((s) => `${s[0]} ${count(/** @type {number[]} */ (s[1])[p[0].dataIndex])}`)]) },
      series: splits.map(([name, counts], i) => ({ type: "bar", name, stack: "images", barMaxWidth: 18, data: /** @type {number[]} */ (counts).slice(0, 100), itemStyle: { color: colour[`split-${i + 1}`], borderColor: colour.card, borderWidth: 0.5 } })),
    }),
  });
}

/** Validation loss by the number of added images. @param {import("./source.js").Dose} dose */
export function doseCurve(dose) {
  const measured = dose.points.filter((p) => typeof p.validationLoss === "number");
  const names = measured.map((p) => (p.share === 0 ? "none (control)" : count(p.images)));
  const change = (/** @type {import("./source.js").DosePoint} */ p) => (typeof p.change === "number" ? `${signed(p.change * 100, 1)}%` : "");
  const rows = measured.map((p, i) => [names[i], loss(p.validationLoss), change(p), typeof p.standardError === "number" ? `± ${loss(p.standardError)}` : "", percent(p.errorRate)]);
  return plot({
    title: `What ${dose.technique} images are worth`,
    subtitle: "Validation loss by how many of them there are to draw from; the control has their compute and none of them. Whiskers: two standard errors of the difference to the control.",
    description: `Validation loss by the number of ${dose.technique} images: ${rows.map((r) => `${r[0]}: ${r[1]}`).join("; ")}.`,
    height: 260,
    figures: table(`What ${dose.technique} images are worth`, [{ title: "Images to draw from" }, { title: "Validation loss", number: true }, { title: "Change", number: true }, { title: "Standard error", number: true }, { title: "Validation error", number: true }], rows),
    option: (colour) => ({
      grid: { left: 70, right: 30, top: 24, bottom: 40 },
      xAxis: { type: "category", data: names, axisLine: { lineStyle: { color: colour.axis } }, axisLabel: { color: colour.ink } },
      yAxis: { type: "value", scale: true, ...valueAxis(colour), axisLabel: { color: colour.muted, formatter: (/** @type {number} */ v) => v.toFixed(3) } },
      tooltip: { trigger: "item", formatter: (/** @type {any} */ p) => tip([names[p.dataIndex], `loss ${rows[p.dataIndex][1]}`, ...rows[p.dataIndex].slice(2, 4).filter(Boolean), `error ${rows[p.dataIndex][4]}`]) },
      series: [
        { type: "line", data: measured.map((p) => p.validationLoss), symbolSize: 9, label: { show: true, position: "right", distance: 8, offset: [0, -11], color: colour.ink, formatter: (/** @type {any} */ p) => loss(p.value) }, lineStyle: { color: colour.masterful, width: 2.5 }, itemStyle: { color: colour.masterful } },
        {
          type: "custom", silent: true, encode: { x: 0, y: [1, 2] }, data: measured.flatMap((p, i) => (typeof p.standardError === "number" ? [[i, p.validationLoss - 2 * p.standardError, p.validationLoss + 2 * p.standardError]] : [])),
          renderItem(/** @type {any} */ _, /** @type {any} */ api) {
            const [x, low] = api.coord([api.value(0), api.value(1)]), [, high] = api.coord([api.value(0), api.value(2)]);
            const line = (/** @type {number} */ x1, /** @type {number} */ y1, /** @type {number} */ x2, /** @type {number} */ y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: colour.ink, lineWidth: 1.2 } });
            return { type: "group", children: [line(x, low, x, high), line(x - 5, low, x + 5, low), line(x - 5, high, x + 5, high)] };
          },
        },
      ],
    }),
  });
}

/**
 * What images from elsewhere were worth; null where there were none.
 * @param {import("./source.js").Result} result
 */
export function addedImages(result) {
  /** @type {import("./source.js").Dose[]} */
  const doses = result.search?.doses ?? [];
  return doses.length === 0 ? null : h("div", {}, ...doses.flatMap((dose) => [
    h("p", {}, h("strong", { class: dose.accepted > 0 ? "up" : "" }, `${dose.technique}: ${dose.accepted > 0 ? "✔ used" : "○ not used"}`), ` ${dose.reason}`),
    dose.points.length ? doseCurve(dose) : null,
  ]));
}

/** What the search decided, group by group. @param {import("./source.js").Result} result */
export function decisions(result) {
  const search = result.search;
  if (!search) return h("p", { class: "note" }, result.policy.source === "lock" ? "The policy is locked: this run searched for none." : "No search ran.");
  const change = (/** @type {any} */ g) => (typeof g.lossDelta === "number" ? signed(g.lossDelta) + (typeof g.standardError === "number" ? ` ± ${loss(g.standardError)}` : "") : "");
  return h("div", {},
    h("p", { class: "lead" }, `${count(search.policiesTested)} policies in ${duration(search.seconds)}, ${short(search.ratio)} times the work of the final trainings.${search.cutShort ? ` It was cut short: ${search.cutShort}` : ""}`),
    search.groups.length ? table("What the search decided", [{ title: "Group" }, { title: "In the policy" }, { title: "Level", number: true }, { title: "Change of loss", number: true }, { title: "Why" }],
      search.groups.map((/** @type {any} */ g) => [g.name, g.accepted ? h("span", { class: "up" }, "✔ yes") : "– no", typeof g.level === "number" ? short(g.level) : "", change(g), h("span", { class: "words" }, g.reason ?? "")])) : null);
}

/** The policy as a table. @param {any} policy */
export function policyTable(policy) {
  return policy.values.length
    ? table("The policy", [{ title: "Technique" }, { title: "Value", number: true }], policy.values.map((/** @type {any} */ v) => [v.axis, short(v.value)]))
    : h("p", { class: "note" }, "The policy uses no technique.");
}
