// Elements are made from text alone: nothing that comes from data is ever read as HTML.

/**
 * An element.
 * @param {string} tag
 * @param {Record<string, any>} [attributes] `on…` are listeners; false, null and undefined leave an attribute out
 * @param {...(Node | string | number | null | undefined | false)} children
 * @returns {any}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false).map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

/**
 * A table in a frame that scrolls by keyboard too.
 * @param {string} caption
 * @param {{ title: string, number?: boolean }[]} columns
 * @param {(Node | string | number | null)[][]} rows the first cell is the row's heading
 */
export function table(caption, columns, rows) {
  const cell = (/** @type {any} */ content, /** @type {number} */ i) =>
    i === 0 ? h("th", { scope: "row", class: columns[i].number && "number" }, content) : h("td", { class: columns[i].number && "number" }, content);
  return h("div", { class: "table", role: "region", "aria-label": caption, tabindex: 0 },
    h("table", {},
      h("thead", {}, h("tr", {}, ...columns.map((c) => h("th", { scope: "col", class: c.number && "number" }, c.title)))),
      h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map(cell))))));
}

/**
 * A labelled list to choose from.
 * @param {string} label
 * @param {[string, string][]} options value and text
 * @param {string} value
 * @param {(value: string) => void} chosen
 */
export function choice(label, options, value, chosen) {
  const select = h("select", { class: "picker", "aria-label": label, onchange: () => chosen(select.value) },
    ...options.map(([v, text]) => h("option", { value: v, selected: v === value }, text)));
  return h("label", {}, label, select);
}

/**
 * Pages of a long list: only one of them is in the document.
 * @param {number} size entries on a page
 * @param {[string, string]} what one entry and several, in words
 * @param {(from: number, to: number) => Node} show
 */
export function pager(size, what, show) {
  const place = h("div"), status = h("span", { role: "status" });
  const back = h("button", { type: "button", onclick: () => go(page - 1) }, "Previous");
  const on = h("button", { type: "button", onclick: () => go(page + 1) }, "Next");
  let page = 0, count = 0;
  function go(/** @type {number} */ to) {
    const pages = Math.max(1, Math.ceil(count / size));
    page = Math.min(Math.max(0, to), pages - 1);
    back.disabled = page === 0;
    on.disabled = page >= pages - 1;
    const from = page * size, end = Math.min(count, from + size);
    back.hidden = on.hidden = pages === 1;
    const words = what[count === 1 ? 0 : 1];
    status.textContent = count === 0 ? `No ${words}.` : pages === 1 ? `${count.toLocaleString("en")} ${words}` : `${(from + 1).toLocaleString("en")} to ${end.toLocaleString("en")} of ${count.toLocaleString("en")} ${words}`;
    place.replaceChildren(show(from, end));
  }
  const element = h("div", {}, h("div", { class: "controls" }, back, on, status), place);
  return { element, reset(/** @type {number} */ length) { count = length; go(0); } };
}
