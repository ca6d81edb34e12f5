// Which tasks are shown: by words, and by what is chosen in the lists beside them.

const AT_FIRST = { words: [], state: "open", owner: "", type: "", label: "", priority: "" };
const chosen = { ...AT_FIRST };
const NO_OWNER = "\u0000";

/** All texts of a task in small letters, made when they are first searched. */
function texts(task) {
  task.low ??= [task.id, task.title, task.owner, ...task.labels, ...(task.texts || []).flatMap(([, entries]) => entries)]
    .join("\n")
    .toLowerCase();
  return task.low;
}

const IN_STATE = {
  open: isOpen,
  ready: (task) => task.state === "todo" && !task.held && !task.children.some(isOpen),
  ended: (task) => !isOpen(task),
  all: () => true,
};

/** Whether a task fits all that is chosen but its state. */
function fits(task) {
  const { owner, type, label, priority, words } = chosen;
  return (
    (!owner || task.owner === (owner === NO_OWNER ? "" : owner)) &&
    (!type || task.type === type) &&
    (!label || task.labels.includes(label)) &&
    (!priority || String(task.priority) === priority) &&
    words.every((word) => texts(task).includes(word))
  );
}

function inState(task) {
  return (IN_STATE[chosen.state] || ((one) => one.state === chosen.state))(task);
}

/** The tasks that fit, in the order of the page; `states` is false for a view that has a place for each state. */
function found(states = true) {
  return TASKS.filter((task) => (!states || inState(task)) && fits(task));
}

const narrowed = () => Boolean(chosen.words.length || chosen.owner || chosen.type || chosen.label || chosen.priority);

/** How well a task fits the words: its id before its title before the rest, open ones first. */
function rank(task) {
  const title = task.title.toLowerCase();
  const phrase = chosen.words.join(" ");
  let points = isOpen(task) ? 0.5 : 0;
  if (task.id === phrase) points += 100;
  else if (task.id.startsWith(phrase)) points += 40;
  if (title.includes(phrase)) points += 20;
  for (const word of chosen.words) {
    const at = title.indexOf(word);
    if (at >= 0) points += at === 0 || /[^\p{L}\p{N}]/u.test(title[at - 1]) ? 10 : 4;
  }
  return points;
}

/** The line of a task's texts that has most of the words, cut around the first of them. */
function snippet(task) {
  const words = chosen.words.filter((word) => !task.title.toLowerCase().includes(word) && !task.id.includes(word));
  if (!words.length) return "";
  let best = "";
  let most = 0;
  for (const [, entries] of task.texts || []) {
    for (const line of entries.join("\n").split("\n")) {
      const low = line.toLowerCase();
      const count = words.filter((word) => low.includes(word)).length;
      if (count > most) [best, most] = [line, count];
    }
  }
  const at = Math.max(best.toLowerCase().indexOf(words[0]) - 30, 0);
  return (at ? "…" : "") + best.slice(at, at + 160);
}

// -- the lists in the head ----

function menu(name, label, options) {
  const select = el(
    "select",
    {
      name,
      "aria-label": label,
      onchange: (event) => {
        chosen[name] = event.target.value;
        refresh();
      },
    },
    options.map(([value, text]) => el("option", { value }, text)),
  );
  select.value = chosen[name];
  return select;
}

function counted(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) || 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1));
}

function drawFilters() {
  const named = (rows) => rows.map(([value, count]) => [value || NO_OWNER, `${value || DATA.words.owner} (${number(count)})`]);
  const states = DATA.states.map((state) => [state.name, state.label]);
  const lists = [
    ["state", "State", [["open", "open"], ["ready", "ready"], ["ended", "ended"], ["all", "all states"], ...states]],
    ["owner", "Owner", [["", "any owner"], ...named(counted(TASKS.map((task) => task.owner)))]],
    ["type", "Type", [["", "any type"], ...named(counted(TASKS.map((task) => task.type)))]],
    ["label", "Label", [["", "any label"], ...named(counted(TASKS.flatMap((task) => task.labels)))]],
    ["priority", "Priority", [["", "any priority"], ...["0", "1", "2", "3", "4"].map((value) => [value, `P${value}`])]],
  ];
  byId("filters").replaceChildren(
    ...lists.map((list) => menu(...list)),
    el("button", { type: "button", id: "clear", hidden: true, onclick: clear }, "Clear"),
  );
}

function clear() {
  Object.assign(chosen, AT_FIRST);
  byId("words").value = "";
  drawFilters();
  refresh();
}

/** Say how many tasks are shown, and how many ended ones would be. */
function tell(shown, of, noun) {
  const words = shown === of ? many(shown, noun) : `${number(shown)} of ${many(of, noun)}`;
  const more = [];
  if (narrowed() && chosen.state === "open" && view.states) {
    const ended = TASKS.filter((task) => !isOpen(task) && fits(task)).length;
    if (ended) {
      const show = () => {
        chosen.state = "all";
        drawFilters();
        refresh();
      };
      more.push(el("button", { type: "button", onclick: show }, `and ${number(ended)} ended`));
    }
  }
  byId("count").replaceChildren(words, ...more);
}
