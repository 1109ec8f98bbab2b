import { h } from "./dom.js";
import { disposeCharts } from "./plot.js";
import { augmentationsPage, docsPage, drawCharts, healthPage, keepSamples, policiesPage, reportPage } from "./pages.js";
import { comparePage, runsPage } from "./runs.js";
import { source } from "./source.js";

// Which page is shown: the part of the address after #/.

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const links = /** @type {HTMLElement} */ (document.getElementById("pages"));
const ofServer = [["runs", "Runs"], ["report", "Report"], ["policies", "Training Policies"], ["health", "Data Health"], ["augmentations", "Augmentations"], ["docs", "Docs"]];
const titles = source.inside ? [["report", "Report"], ["policies", "Training Policies"], ["health", "Data Health"]] : ofServer;
const written = source.inside ? main.innerHTML : "";
let left = new AbortController();
/** The run that the pages of a run show. */
let current = "";

/** @param {string} page @param {string[]} rest @param {AbortSignal} signal @returns {Promise<Node>} */
async function build(page, rest, signal) {
  if (page === "augmentations") return augmentationsPage(signal);
  if (page === "docs") return docsPage(rest[0] ?? "");
  if (page === "compare" && rest.length === 2) return comparePage(rest[0], rest[1]);
  if (["report", "policies", "health"].includes(page)) {
    current = rest[0] || current || (source.inside ? "" : (await source.runs())[0]?.id);
    if (!source.inside && !current) return runsPage(signal);
    if (page === "policies") return policiesPage(current);
    if (page === "health") return healthPage(current);
    return source.inside ? insideReport(source.inside) : reportPage(current);
  }
  return runsPage(signal);
}

/** @param {import("./source.js").Run} run */
function insideReport(run) {
  const report = h("div");
  // What this very file holds.
  report.innerHTML = written;
  drawCharts(report, run);
  return report;
}

async function show() {
  const address = decodeURIComponent(location.hash);
  if (address && !address.startsWith("#/")) {
    // A heading of the report.
    if (!main.querySelector(".report")) await route("report", []);
    document.getElementById(address.slice(1))?.scrollIntoView();
    return;
  }
  const [page, ...rest] = address.replace(/^#\//, "").split("/");
  await route(page || titles[0][0], rest);
}

/** @param {string} page @param {string[]} rest */
async function route(page, rest) {
  left.abort();
  left = new AbortController();
  const mine = left;
  keepSamples(main.querySelector('img[alt^="Samples"]'));
  links.replaceChildren(...titles.map(([name, title]) => h("a", { href: `#/${name}`, "aria-current": name === page ? "page" : null }, title)));
  if (queue) links.append(queue);
  main.setAttribute("aria-busy", "true");
  /** @type {Node} */
  let content;
  try {
    content = await build(page, rest, mine.signal);
  } catch (error) {
    content = h("p", { class: "note", role: "alert" }, `This page can't be shown: ${/** @type {Error} */ (error).message}`);
  }
  if (mine.signal.aborted) return;
  disposeCharts();
  main.replaceChildren(content);
  main.removeAttribute("aria-busy");
  const title = titles.find((t) => t[0] === page)?.[1] ?? (page === "compare" ? "Compare" : "Runs");
  document.title = `${title} · Masterful`;
  scrollTo(0, 0);
  if (moved) main.focus({ preventScroll: true });
  moved = true;
}

let moved = false;
/** The way to the queue's pages, which are not ours. @type {HTMLElement | null} */
let queue = null;
addEventListener("hashchange", show);
// After the first page: the link may come later than it.
show().then(source.hasQueue).then((has) => {
  if (has) links.append(queue = h("a", { href: "queue/" }, "Fleet"));
});
