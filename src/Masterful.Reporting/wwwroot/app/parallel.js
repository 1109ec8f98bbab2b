import { choice, h, pager, table } from "./dom.js";
import { count, loss, percent, short } from "./format.js";
import { plot, tip } from "./plot.js";

// Parallel coordinates: one horizontal axis a technique, from top to bottom in the order of the search, then the loss and the verdict.

const gap = 62, above = 40, below = 34;

/**
 * The policies that were tested, to be brushed on any axis, and those that pass as a list.
 * @param {import("./source.js").Policies} policies
 */
export function policiesView(policies) {
  const all = policies.policies.map((policy, i) => ({ ...policy, place: i }));
  const chosen = all.findLast((p) => p.selected);
  const axes = [...policies.axes.map((a) => ({ id: a.name, name: `${a.name} (${a.kind})`, min: a.min, max: a.max > a.min ? a.max : a.min + 1, of: (/** @type {any} */ p) => p.values[a.name] ?? 0 })), lossAxis(all)];
  /** @type {{ stage: string, fidelity: string, ranges: [number, number][][] }} */
  const state = { stage: "", fidelity: "", ranges: axes.map(() => []) };
  /** @type {any} */
  let instance = null;
  /** @type {any[]} */
  let offered = all;
  /** Those of the offered that pass the ranges, by loss. @type {any[]} */
  let shown = [];
  const status = h("p", { role: "status", class: "lead" });
  const list = pager(25, ["policy", "policies"], (from, to) => policyRows(shown.slice(from, to)));
  const figure = plot({
    title: "Policies tested",
    subtitle: "Each line is one policy. Drag along an axis to keep what passes there; drag the range to move it, click beside it to drop it.",
    description: `Parallel coordinates of ${all.length} tested policies over ${policies.axes.length} techniques; the list below has the same figures.`,
    height: axes.length * gap + above + below,
    over: names(),
    option: (colour) => option(colour),
    ready(chart) {
      instance = chart;
      chart.on("axisareaselected", (/** @type {any} */ event) => {
        for (const part of event.batch ?? [event]) {
          const axis = axes.findIndex((a) => a.id === part.parallelAxisId);
          if (axis >= 0) state.ranges[axis] = part.intervals ?? [];
        }
        refresh();
      });
    },
  });

  function option(/** @type {any} */ colour) {
    const line = (/** @type {any} */ p) => [...axes.map((a) => a.of(p) ?? "-"), p.selected ? "SELECTED" : "NOT SELECTED"];
    const tested = offered.filter((p) => p !== chosen);
    return {
      parallel: { layout: "vertical", left: 40, right: 48, top: above, bottom: below, parallelAxisDefault: {
        axisLine: { lineStyle: { color: colour.axis, width: 1.5 } }, axisTick: { lineStyle: { color: colour.axis } }, axisLabel: { color: colour.muted },
        areaSelectStyle: { width: 18, color: colour.link, opacity: 0.25, borderColor: colour.link },
        realtime: all.length <= 2000,
      } },
      parallelAxis: [
        ...axes.map((a, i) => ({
          dim: i, id: a.id, name: "", min: a.min, max: a.max,
          axisLabel: { color: colour.muted, margin: 6, formatter: (/** @type {number} */ v) => short(v), ...(a.id === "val_loss" ? { showMaxLabel: false, showMinLabel: false } : {}) },
        })),
        { dim: axes.length, id: "selected", type: "category", data: ["SELECTED", "NOT SELECTED"], axisLabel: { color: colour.ink, fontWeight: 600 } },
      ],
      tooltip: { trigger: "item", formatter: (/** @type {any} */ p) => tip(describe(p.seriesIndex === 1 && chosen ? chosen : tested[p.dataIndex])) },
      series: [
        {
          type: "parallel", name: "tested", data: tested.map(line), progressive: 500, smooth: tested.length > 3000 ? 0 : 0.12, inactiveOpacity: 0.03, activeOpacity: 0.8,
          lineStyle: { color: colour.tested, width: tested.length > 300 ? 1 : 1.6, opacity: Math.min(0.6, Math.max(0.06, 30 / tested.length)) },
          emphasis: { lineStyle: { color: colour.ink, width: 3, opacity: 1 } },
        },
        {
          type: "parallel", name: "selected", z: 5, data: chosen ? [line(chosen)] : [], smooth: 0.12, inactiveOpacity: 0.35, activeOpacity: 1,
          lineStyle: { color: colour.selected, width: 4, opacity: 1 }, emphasis: { lineStyle: { width: 5 } },
        },
      ],
    };
  }

  /** What each axis is, above its left end, with the value of the policy that was chosen. */
  function names() {
    return axes.map((a, i) => {
      const value = chosen && a.of(chosen);
      const name = h("div", { class: "axis-name", "aria-hidden": "true" }, a.name, value ? h("span", { class: "up" }, ` = ${short(value)}`) : "");
      name.style.top = `${above + i * gap - 21}px`;
      return name;
    });
  }

  function passing() {
    return offered.filter((p) => state.ranges.every((ranges, i) => {
      if (!ranges.length) return true;
      const value = axes[i].of(p);
      return value !== undefined && ranges.some(([low, high]) => value >= low && value <= high);
    })).sort((a, b) => (a.validationLoss ?? Infinity) - (b.validationLoss ?? Infinity));
  }

  function refresh() {
    shown = passing();
    const brushed = axes.filter((_, i) => state.ranges[i].length).map((a) => a.id);
    status.textContent = `${count(shown.length)} of ${count(all.length)} policies pass${brushed.length ? ` the ranges on ${brushed.join(", ")}` : ""}.`;
    clear.disabled = !brushed.length;
    axes.forEach((_, i) => inputs[i].forEach((input, end) => {
      const range = state.ranges[i][0];
      if (document.activeElement !== input) input.value = range ? String(Math.round(range[end] * 1e4) / 1e4) : "";
    }));
    list.reset(shown.length);
  }

  function filter() {
    offered = all.filter((p) => (!state.stage || p.stage === state.stage) && (!state.fidelity || String(p.fidelity) === state.fidelity));
    figure.redraw();
    select(axes.flatMap((_, i) => (state.ranges[i].length ? [[i, state.ranges[i]]] : [])));
  }

  /** @param {any[]} ranges index of the axis and its intervals */
  function select(ranges) {
    for (const [axis, intervals] of ranges) {
      state.ranges[axis] = intervals;
      instance?.dispatchAction({ type: "axisAreaSelect", parallelAxisId: axes[axis].id, intervals });
    }
    refresh();
  }

  function policyRows(/** @type {any[]} */ rows) {
    const place = table("Policies that pass, the lowest loss first",
      [{ title: "Policy" }, { title: "Loss", number: true }, { title: "Error", number: true }, { title: "Stage" }, { title: "Share of a training", number: true }, { title: "Seeds", number: true }, { title: "" }],
      rows.map((p) => [valuesText(p), loss(p.validationLoss), percent(p.errorRate), p.stage, percent(p.fidelity, 0), count(p.seeds), p.selected ? "✔\u00a0selected" : ""]));
    const tested = offered.filter((p) => p !== chosen);
    place.querySelectorAll("tbody tr").forEach((/** @type {any} */ tr, /** @type {number} */ i) => {
      const at = tested.indexOf(rows[i]);
      const action = (/** @type {string} */ type) => () => instance?.dispatchAction({ type, seriesIndex: at < 0 ? 1 : 0, dataIndex: Math.max(0, at) });
      tr.addEventListener("mouseenter", action("highlight"));
      tr.addEventListener("mouseleave", action("downplay"));
    });
    return place;
  }

  const inputs = axes.map((a, i) => ["least", "most"].map((end, side) => h("input", {
    type: "number", step: "any", "aria-label": `${a.id}, at ${end}`, placeholder: short(side ? a.max : a.min),
    onchange: () => {
      const [low, high] = inputs[i].map((/** @type {any} */ input, /** @type {number} */ at) => (input.value === "" ? (at ? a.max : a.min) : Number(input.value)));
      select([[i, inputs[i].every((/** @type {any} */ input) => input.value === "") ? [] : [[Math.min(low, high), Math.max(low, high)]]]]);
    },
  })));
  const clear = h("button", { type: "button", onclick: () => select(axes.flatMap((_, i) => (state.ranges[i].length ? [[i, []]] : []))) }, "Clear the ranges");
  const stages = [...new Set(all.map((p) => p.stage))], fidelities = [...new Set(all.map((p) => p.fidelity))].sort((a, b) => a - b);
  const element = h("div", { class: "policies" },
    h("div", { class: "controls" },
      choice("Stage", [["", "all stages"], ...stages.map((s) => /** @type {[string, string]} */ ([s, s]))], "", (value) => { state.stage = value; filter(); }),
      choice("Share of a training", [["", "all"], ...fidelities.map((f) => /** @type {[string, string]} */ ([String(f), percent(f, 0)]))], "", (value) => { state.fidelity = value; filter(); }),
      clear),
    h("p", { class: "muted" }, h("span", { class: "down" }, "━"), " tested, not selected  ", h("span", { class: "up" }, "━"), " selected", chosen ? `: ${valuesText(chosen)}, loss ${loss(chosen.validationLoss)}` : ": none"),
    figure,
    h("details", {}, h("summary", {}, "Ranges by number"), table("Ranges by number", [{ title: "Axis" }, { title: "At least" }, { title: "At most" }], axes.map((a, i) => [a.name, ...inputs[i]]))),
    status, list.element);
  refresh();
  return Object.assign(element, {
    /** More policies, of a search under way. @param {import("./source.js").Tested[]} more */
    add(more) {
      all.push(...more.map((policy, i) => ({ ...policy, place: all.length + i })));
      filter();
    },
  });
}

/** Ends at four times the spread of the better three quarters: a policy that diverged does not squeeze the others. @param {any[]} all */
function lossAxis(all) {
  const losses = all.map((p) => p.validationLoss).filter((l) => typeof l === "number").sort((a, b) => a - b);
  if (!losses.length) return { id: "val_loss", name: "val_loss", min: 0, max: 1, of: () => undefined };
  const quartile = losses[Math.floor((losses.length - 1) * 0.75)], limit = quartile + 4 * (quartile - losses[0]);
  const end = losses.filter((l) => l <= limit).at(-1) ?? losses[0];
  const margin = (end - losses[0]) * 0.05 || 0.05;
  const max = end + margin;
  return { id: "val_loss", name: "val_loss", min: losses[0] - margin, max, of: (/** @type {any} */ p) => (typeof p.validationLoss === "number" ? Math.min(p.validationLoss, max) : undefined) };
}

/** @param {any} policy */
function valuesText(policy) {
  const values = Object.entries(policy.values).filter(([, v]) => v !== 0).map(([name, v]) => `${name} ${short(/** @type {number} */ (v))}`);
  return values.length ? values.join(", ") : "nothing";
}

/** @param {any} policy */
function describe(policy) {
  return [valuesText(policy), `loss ${loss(policy.validationLoss)}, error ${percent(policy.errorRate)}`, `${policy.stage}, ${percent(policy.fidelity, 0)} of a training, ${policy.seeds} seed${policy.seeds === 1 ? "" : "s"}`];
}
