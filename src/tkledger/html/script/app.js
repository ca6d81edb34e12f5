// The views, which of them is shown, the keys, and light or dark.

const VIEWS = { tree: TreeView, list: ListView, board: BoardView, graph: GraphView, log: LogView, stats: StatsView };
const NAMES = Object.keys(VIEWS);
const made = {};
let view = null;

function show(name, id) {
  const isNew = !view || view.name !== name;
  if (isNew) {
    view = made[name] ||= Object.assign(new VIEWS[name](), { name });
    byId("main").replaceChildren(...[view.node].flat());
    byId("main").setAttribute("aria-label", name[0].toUpperCase() + name.slice(1));
    view.rows?.take();
    for (const link of document.querySelectorAll("#views a")) {
      if (link.dataset.view === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    byId("filters").firstElementChild.hidden = !view.states;
    byId("filters").hidden = view.states === null;
  }
  view.draw(id);
  if (id && id !== shownId) openTask(id, false);
}

/** Draw the view again, since other tasks are chosen. */
function refresh() {
  byId("clear").hidden = !narrowed() && chosen.state === "open";
  byId("filters").firstElementChild.hidden = !view.states;
  view.draw();
}

function showIn(name, id) {
  const task = BY_ID.get(id);
  if (name === "tree" && task && !(inState(task) && fits(task))) {
    clear();
    if (!isOpen(task)) {
      chosen.state = "all";
      drawFilters();
    }
  }
  if (NARROW.matches) closeTask();
  show(name, id);
  place();
  focusView();
}

function focusView() {
  if (view.rows) view.rows.box.focus();
  else if (view.focus) view.focus();
  else byId("main").focus();
}

// -- the address: which view, and which task ----

function place() {
  const hash = `#${view.name}${shownId ? `/${shownId}` : ""}`;
  if (location.hash !== hash) history.replaceState(null, "", hash);
  document.title = [shownId || view.name, DATA.title].join(" · ");
}

function route() {
  const [name, id] = location.hash.slice(1).split("/");
  const known = NAMES.includes(name) ? name : "tree";
  show(known, BY_ID.has(id) ? id : undefined);
  if (!id) closeTask();
  place();
}

// -- keys ----

const KEYS = [
  ["/", "search"],
  ["j k, ↓ ↑", "the next one, the one before"],
  ["→ ←", "unfold and fold in the tree; columns of the board and the graph"],
  ["Home End, Page Up, Page Down", "far"],
  ["Enter", "open the task"],
  ["Esc", "close it; then clear the search"],
  ["1 to 6", NAMES.join(", ")],
  ["t", "light, dark, or as the system has it"],
  ["?", "this help"],
];

let singleKeys = kept.get("keys") !== "off";

function typed(event) {
  const field = event.target.closest?.("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
  const { key } = event;
  const used =
    key === "Escape" ? escape(field) : field ? inField(field, key) : (key.length > 1 || singleKeys) && pressed(key, event.target);
  if (used) event.preventDefault();
}

function escape(field) {
  if (field?.id === "words" && field.value) {
    field.value = "";
    searched();
    return true;
  }
  if (closeTask()) return true;
  if (chosen.words.length) {
    byId("words").value = "";
    searched();
    return true;
  }
  if (field) focusView();
  return true;
}

function inField(field, key) {
  if (field.id !== "words" || !["Enter", "ArrowDown"].includes(key)) return false;
  searched.now?.();
  if (view.states === null) show("list");
  focusView();
  if (key === "Enter" && view.rows?.item) view.rows.chosen(view.rows.item);
  return true;
}

function pressed(key, target) {
  if (key === "/") {
    byId("words").focus();
    byId("words").select();
    return true;
  }
  if (key === "?") return help();
  if (key === "t") return nextTheme();
  if (key >= "1" && key <= String(NAMES.length) && key.length === 1) {
    show(NAMES[Number(key) - 1]);
    place();
    focusView();
    return true;
  }
  const isControl = target.closest?.("a, button, summary");
  const inPanel = target.closest?.("#detail, .pane");
  if (isControl && key === "Enter") return false;
  if ((inPanel || isControl) && key.length > 1) return false; // there these keys scroll
  return moved(key);
}

function moved(key) {
  if (view.key?.(key)) return true;
  const rows = view.rows;
  if (!rows || !rows.items.length) return false;
  const steps = {
    j: 1, k: -1, ArrowDown: 1, ArrowUp: -1, PageDown: rows.page(), PageUp: -rows.page(), Home: -Infinity, End: Infinity,
  };
  if (key in steps) {
    rows.go(Math.max(Math.min(rows.at + steps[key], rows.items.length - 1), 0));
    return true;
  }
  if (key === "Enter" || key === " ") {
    rows.chosen(rows.item);
    return true;
  }
  return false;
}

// -- search ----

let waiting_ = 0;

function searched() {
  clearTimeout(waiting_);
  chosen.words = byId("words").value.toLowerCase().split(/\s+/u).filter(Boolean);
  if (chosen.words.length && view.states === null) show("list");
  refresh();
}

function typing() {
  clearTimeout(waiting_);
  searched.now = () => {
    searched.now = null;
    searched();
  };
  waiting_ = setTimeout(() => searched.now?.(), TASKS.length > 3000 ? 120 : 0);
}

// -- light and dark ----

const THEMES = ["auto", "light", "dark"];
const DARK = matchMedia("(prefers-color-scheme: dark)");
let theme = THEMES.includes(kept.get("theme")) ? kept.get("theme") : "auto";

function paintTheme() {
  document.documentElement.dataset.theme = theme === "auto" ? (DARK.matches ? "dark" : "light") : theme;
  byId("theme").replaceChildren(el("span", { "aria-hidden": "true" }, { auto: "◐", light: "☀", dark: "☾" }[theme]), unseen(`Colours: ${theme}`));
  byId("theme").title = `Colours: ${theme}`;
}

function nextTheme() {
  theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  kept.set("theme", theme);
  paintTheme();
  return true;
}

// -- what this is ----

function help() {
  const single = el("input", {
    type: "checkbox",
    onchange: (event) => {
      singleKeys = event.target.checked;
      kept.set("keys", singleKeys ? "on" : "off");
    },
  });
  single.checked = singleKeys;
  byId("keys-text").replaceChildren(
    el("dl", null, KEYS.map(([keys, words]) => [el("dt", null, keys.split(", ").map((one, place) => [place ? " " : null, el("kbd", null, one)])), el("dd", null, words)])),
    el("p", null, el("label", null, single, "Keys of one letter")),
    el("p", { class: "dim" }, `The ledger at commit ${DATA.commit.slice(0, 10)} of ${minute(DATA.at)}, written by tk page.`),
    el("form", { method: "dialog" }, el("button", { autofocus: true }, "Close")),
  );
  byId("keys").showModal();
  return true;
}

// -- the beginning ----

function begin() {
  const known = [`as of ${minute(DATA.at)}`];
  if (DATA.filtered) known.push(`${number(TASKS.length)} of ${many(DATA.whole, "task")} chosen`);
  if (DATA.unread) known.push(`${many(DATA.unread, "file")} cannot be read: tk verify`);
  byId("heading").append(foreign(DATA.title), el("small", null, known.join(" · ")));
  byId("views").append(
    ...NAMES.map((name) => el("li", null, el("a", { href: `#${name}`, "data-view": name }, name[0].toUpperCase() + name.slice(1)))),
  );
  drawFilters();
  paintTheme();
  DARK.addEventListener("change", paintTheme);
  NARROW.addEventListener("change", () => {
    byId("main").inert = NARROW.matches && Boolean(shownId);
    view.draw();
  });
  byId("theme").addEventListener("click", nextTheme);
  byId("help").addEventListener("click", help);
  byId("words").addEventListener("input", typing);
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    focusView();
  });
  document.addEventListener("keydown", typed);
  addEventListener("hashchange", route);
  route();
}

begin();
