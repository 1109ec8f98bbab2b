import { h } from "./dom.js";

// A chart is a figure: title, drawing, and the same figures as a table.

/** @type {any} */
const library = /** @type {any} */ (window);

/** @type {Set<{ instance: any, draw: () => void, watch: ResizeObserver }>} */
const drawn = new Set();

/** @type {HTMLScriptElement | null} */
let loading = null;

/** The library's script, which comes with the first chart: the list of runs, the page that opens first, has none and doesn't wait for it. */
function script() {
  if (!loading) {
    loading = h("script", { src: "lib/echarts.min.js" });
    document.head.append(/** @type {HTMLScriptElement} */ (loading));
  }
  return /** @type {HTMLScriptElement} */ (loading);
}

/** Colours of the style sheet, of light or dark. */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  return new Proxy(/** @type {Record<string, string>} */ ({}), { get: (_, name) => style.getPropertyValue("--" + String(name)).trim() });
}

/** Lets go of the charts of the page that was shown. */
export function disposeCharts() {
  for (const chart of drawn) {
    chart.watch.disconnect();
    chart.instance.dispose();
  }
  drawn.clear();
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach((chart) => chart.draw()));

/**
 * @param {object} chart
 * @param {string} chart.title
 * @param {string} [chart.subtitle]
 * @param {string} chart.description what it shows, for who can't see it
 * @param {number} chart.height pixels
 * @param {(colour: Record<string, string>) => any} chart.option for ECharts
 * @param {[string, string][]} [chart.legend] names and colours
 * @param {Node[]} [chart.over] words laid over the drawing
 * @param {Node} [chart.figures] the same as a table
 * @param {(instance: any) => void} [chart.ready]
 * @returns {any}
 */
export function plot({ title, subtitle, description, height, option, legend, over, figures, ready }) {
  const place = h("div", { class: "plot", role: "img", "aria-label": description });
  place.style.height = `${height}px`;
  const figure = h("figure", {}, h("figcaption", {}, title, subtitle && h("span", {}, subtitle)),
    legend && h("p", { class: "legend" }, ...legend.map(([name, colour]) => { const sign = h("span", { class: "sign" }); sign.style.background = `var(--${colour})`; return h("span", {}, sign, name); })),
    over ? h("div", { class: "layers" }, place, ...over) : place,
    figures && h("details", {}, h("summary", {}, "Figures as a table"), figures));
  const watch = new ResizeObserver(() => {
    if (!place.clientWidth) return;
    if (chart.instance) chart.instance.resize();
    else start();
  });
  /** @type {any} */
  const chart = { instance: null, draw: () => chart.instance?.setOption(complete(option(colours())), true), watch };
  function start() {
    if (!library.echarts) {
      script().addEventListener("load", start, { once: true });
      return;
    }
    // Its page was left while the library came.
    if (!place.isConnected || chart.instance) return;
    chart.instance = library.echarts.init(place, null, { renderer: "canvas" });
    drawn.add(chart);
    chart.draw();
    ready?.(chart.instance);
  }
  watch.observe(place);
  figure.redraw = (/** @type {number | undefined} */ pixels) => {
    if (pixels) place.style.height = `${pixels}px`;
    chart.instance?.resize();
    chart.draw();
  };
  return figure;
}

/** @param {any} option */
function complete(option) {
  const colour = colours();
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colour.ink },
    ...option,
    tooltip: { backgroundColor: colour.card, borderColor: colour.line, padding: 8, confine: true, ...option.tooltip },
  };
}

/** A tooltip of lines of text. @param {string[]} lines */
export function tip(lines) {
  return h("div", { class: "tip" }, ...lines.map((line, i) => h("div", {}, i === 0 ? h("strong", {}, line) : line)));
}

/** @param {any} colour */
export function valueAxis(colour) {
  return { axisLine: { show: true, lineStyle: { color: colour.axis } }, axisLabel: { color: colour.muted }, splitLine: { lineStyle: { color: colour.grid } } };
}

/** @param {any} colour @param {string[]} names from the top */
export function nameAxis(colour, names) {
  return {
    type: "category", data: names.map(shorten), inverse: true, axisTick: { show: false }, axisLine: { lineStyle: { color: colour.axis } },
    axisLabel: { color: colour.ink, interval: 0, width: 150, overflow: "truncate" },
  };
}

/** @param {string} name */
function shorten(name) {
  const line = name.replace(/[\u0000-\u001f\u202a-\u202e\u2066-\u2069]+/g, " ").trim();
  return line.length > 40 ? line.slice(0, 39) + "…" : line || "(no name)";
}
