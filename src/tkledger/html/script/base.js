// What every part uses: the data, and how elements are made. Text becomes text nodes and attributes, never markup.

const DATA = JSON.parse(document.getElementById("data").textContent);
const STATES = new Map();
for (const state of DATA.states) {
  state.label = state.label.replaceAll("_", " ");
  STATES.set(state.name, state);
}
const ENDED = new Set(["done", "cancelled"]);
const DAY = 86400;

const SVG = "http://www.w3.org/2000/svg";
const byId = (id) => document.getElementById(id);

/** An element with attributes; what begins with "on" listens, null and false are left out. */
function el(tag, attributes, ...children) {
  return furnished(document.createElement(tag), attributes, children);
}

function svg(tag, attributes, ...children) {
  return furnished(document.createElementNS(SVG, tag), attributes, children);
}

function furnished(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

// -- tasks ----

const TASKS = DATA.tasks;
const BY_ID = new Map();
for (const [place, task] of TASKS.entries()) {
  task.place = place;
  task.labels ||= [];
  task.needs ||= [];
  task.owner ||= "";
  task.priority ??= 0;
  task.children = [];
  task.neededBy = [];
  BY_ID.set(task.id, task);
}
for (const task of TASKS) {
  const parent = BY_ID.get(task.parent);
  if (parent) parent.children.push(task);
  for (const id of task.needs) BY_ID.get(id)?.neededBy.push(task);
}
const isOpen = (task) => !ENDED.has(task.state);

/** The tasks that are below no other, and one of each circle of parents, so that none is lost. */
const ROOTS = (() => {
  const roots = TASKS.filter((task) => !BY_ID.has(task.parent));
  const seen = new Set();
  const walk = (start) => {
    const stack = [start];
    while (stack.length) {
      const task = stack.pop();
      if (seen.has(task)) continue;
      seen.add(task);
      stack.push(...task.children);
    }
  };
  roots.forEach(walk);
  for (const task of TASKS) {
    if (seen.has(task)) continue;
    roots.push(task);
    walk(task);
  }
  return roots;
})();

// -- phrases ----

const number = (value) => value.toLocaleString("en");
const many = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
const two = (value) => String(value).padStart(2, "0");

/** A time in the reader's zone: 2026-01-31 09:00. */
function minute(at) {
  const when = new Date(at * 1000);
  if (Number.isNaN(when.getTime())) return `@${at}`;
  return `${day(at)} ${two(when.getHours())}:${two(when.getMinutes())}`;
}

function day(at) {
  const when = new Date(at * 1000);
  if (Number.isNaN(when.getTime())) return `@${at}`;
  return `${when.getFullYear()}-${two(when.getMonth() + 1)}-${two(when.getDate())}`;
}

const UNITS = [["y", 365 * DAY], ["mo", 30 * DAY], ["d", DAY], ["h", 3600], ["m", 60], ["s", 1]];

/** Seconds in the greatest units: 3d 4h. */
function duration(seconds, units = 2) {
  const first = UNITS.findIndex(([, size]) => seconds >= size);
  const parts = [];
  let left = Math.max(Math.floor(seconds), 0);
  for (const [unit, size] of first < 0 ? [] : UNITS.slice(first, first + units)) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count) parts.push(`${count}${unit}`);
  }
  return parts.join(" ") || "0s";
}

const age = (at) => (at === undefined ? "" : `${duration(DATA.at - at, 1)} ago`);

function stateOf(name, words = true) {
  const { label, glyph } = STATES.get(name);
  const sign = el("span", { class: "glyph", "aria-hidden": "true" }, glyph);
  return el("span", { class: `state s-${name}`, title: words ? null : label }, sign, words ? ` ${label}` : unseen(label));
}

const unseen = (text) => el("span", { class: "unseen" }, ` ${text} `);

/** A text of the repository, isolated from what is around it, with the words that are searched for marked. */
function foreign(text, words = []) {
  const node = el("bdi", { dir: "auto" });
  const low = text.toLowerCase();
  let from = 0;
  while (words.length && low.length === text.length) {
    let at = -1;
    let length = 0;
    for (const word of words) {
      const found = low.indexOf(word, from);
      if (found >= 0 && (at < 0 || found < at)) [at, length] = [found, word.length];
    }
    if (at < 0) break;
    node.append(text.slice(from, at), el("mark", null, text.slice(at, at + length)));
    from = at + length;
  }
  node.append(text.slice(from));
  return node;
}

/** A link if the text is an address of the web, else the text: nothing else is ever followed. */
function address(text) {
  let url = null;
  if (/^https?:\/\//i.test(text)) {
    try {
      url = new URL(text);
    } catch {
      url = null;
    }
  }
  if (!url || !["http:", "https:"].includes(url.protocol)) return foreign(text);
  return el("a", { href: url.href, rel: "noopener noreferrer external" }, foreign(text));
}

// -- what the reader chose, kept if the browser lets a page keep it ----

const kept = {
  get(name) {
    try {
      return localStorage.getItem(`tk-page-${name}`);
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(`tk-page-${name}`, value);
    } catch {
      // then it is for this visit
    }
  },
};
