// One task whole, beside the view or, where there is no room, over it.

let shownId = "";
let cameFrom = null;

/** Show a task in its panel; with `move` the focus goes there, too. */
function openTask(id, move) {
  const task = BY_ID.get(id);
  const panel = byId("detail");
  if (move && !panel.contains(document.activeElement)) cameFrom = document.activeElement;
  shownId = id;
  panel.replaceChildren(...(task ? card(task) : unknown(id)));
  panel.setAttribute("aria-label", `Task ${id}`);
  panel.hidden = false;
  panel.scrollTop = 0;
  byId("main").inert = NARROW.matches;
  place();
  if (move) panel.querySelector("h2").focus();
}

/** If a task is shown, show this one instead, since the reader moves on. */
function follow(id) {
  if (shownId && shownId !== id && !NARROW.matches) openTask(id, false);
}

function closeTask() {
  if (!shownId) return false;
  shownId = "";
  byId("detail").hidden = true;
  byId("main").inert = false;
  place();
  const back = cameFrom && cameFrom.isConnected && cameFrom !== document.body ? cameFrom : null;
  if (back) back.focus();
  else focusView();
  return true;
}

const tools = (id) => {
  const go = (name, text) => el("button", { type: "button", onclick: () => showIn(name, id) }, text);
  return el(
    "div",
    { class: "tools" },
    el("span", null, go("tree", "In the tree"), " ", DATA.graph.cells[id] ? go("graph", "In the graph") : null),
    el("button", { type: "button", id: "close", onclick: closeTask }, "Close"),
  );
};

function unknown(id) {
  return [tools(id), el("h2", { tabindex: "-1" }, foreign(id)), el("p", null, "This task is not on this page: ", el("code", null, `tk show ${id}`))];
}

function card(task) {
  return [
    tools(task.id),
    el("h2", { tabindex: "-1" }, foreign(task.title)),
    el(
      "p",
      { class: "line" },
      stateOf(task.state),
      el("span", { class: "id" }, task.id),
      el("span", { class: `p${task.priority}` }, `P${task.priority}`),
      el("span", { class: "dim" }, task.type),
      task.owner ? el("span", null, foreign(task.owner)) : el("span", { class: "dim" }, DATA.words.owner),
      task.labels.map((label) => el("span", { class: "label" }, label)),
    ),
    waiting(task),
    factsOf(task),
    (task.texts || []).map(([name, entries]) => text(name, entries)),
    task.cut ? el("p", { class: "dim" }, "There is more: ", el("code", null, `tk show ${task.id}`)) : null,
    links("Parts", task.children),
    links("Waits for", task.needs.map((id) => BY_ID.get(id) || { id })),
    links("Needed by", task.neededBy),
    past(task),
  ].flat(Infinity).filter(Boolean);
}

function waiting(task) {
  const words = waitsFor(task);
  return words ? el("p", { class: isOpen(task) ? "bad" : "dim" }, foreign(words)) : null;
}

function factsOf(task) {
  const rows = [];
  const add = (name, value) => rows.push(el("dt", null, name), el("dd", null, value));
  if (task.parent) add("part of", taskLink(BY_ID.get(task.parent) || { id: task.parent }));
  if (task.due) add("due", el("span", { class: isOverdue(task) ? "bad" : null }, task.due));
  if (task.updated !== undefined) add("changed", `${minute(task.updated)}, ${age(task.updated)}`);
  if (task.pr) add("pr", address(task.pr));
  for (const link of task.links || []) add("link", address(link));
  for (const [name, value] of task.facts || []) add(name, foreign(value));
  return rows.length ? el("dl", null, rows) : null;
}

function text(name, entries) {
  const body =
    entries.length === 1 && !["notes", "criteria", "checklist"].includes(name)
      ? el("div", { class: "prose", dir: "auto" }, entries[0])
      : el("ol", { class: "entries" }, entries.map((entry) => el("li", { dir: "auto" }, entry)));
  return [el("h3", null, name), body];
}

function taskLink(task) {
  return el(
    "a",
    { href: `#${view.name}/${task.id}` },
    task.state ? stateOf(task.state, false) : null,
    " ",
    el("span", { class: "id" }, task.id),
    " ",
    task.title ? el("span", { class: "title" }, foreign(task.title)) : null,
  );
}

const SHOWN_LINKS = 200;

function links(name, tasks) {
  if (!tasks.length) return [];
  const done = tasks.filter((task) => task.state === "done").length;
  const more = tasks.length - SHOWN_LINKS;
  return [
    el("h3", null, name, el("span", { class: "dim" }, `  ${done} of ${tasks.length} done`)),
    el("ul", null, tasks.slice(0, SHOWN_LINKS).map((task) => el("li", { class: "task" }, taskLink(task)))),
    more > 0 ? el("p", { class: "dim" }, `and ${number(more)} more`) : null,
  ];
}

function past(task) {
  const events = pastOf(task.id);
  return [
    el("h3", null, "What happened"),
    el("ol", { class: "past" }, events),
    DATA.log.cut ? el("p", { class: "dim" }, "Older events: ", el("code", null, `tk log ${task.id}`)) : null,
  ];
}
