// The tasks below what they are part of, and the same tasks as a flat list.

/** Which tasks the reader folded or unfolded; the others are folded from the level `deepest` on. */
const folded = new Map();

class TreeView {
  states = true;

  constructor() {
    this.rows = new Rows({
      role: "tree",
      rowRole: "treeitem",
      label: "Tasks below what they are part of",
      height: () => (isTight() ? 54 : 34),
      draw: (line) => this.row(line),
      chosen: (line) => openTask(line.task.id, true),
      moved: (line) => follow(line.task.id),
      fold: (line) => this.fold(line),
    });
    this.node = [this.rows.box];
  }

  draw(id) {
    const own = new Set(found());
    this.own = own;
    this.progress = new Map();
    const shown = new Set(own);
    for (const task of own) {
      for (let above = BY_ID.get(task.parent); above && !shown.has(above); above = BY_ID.get(above.parent)) shown.add(above);
    }
    this.shown = shown;
    this.deepest = own.size > 300 && !narrowed() ? 1 : 99;
    const before = id || this.rows.item?.task.id;
    if (id) for (let above = BY_ID.get(BY_ID.get(id)?.parent), n = 0; above && n < 999; above = BY_ID.get(above.parent), n += 1) folded.set(above.id, false);
    this.fill(before);
    tellTasks(own.size);
  }

  fill(id) {
    const lines = [];
    const seen = new Set();
    const stack = [this.level(ROOTS, 0)].flat().reverse();
    while (stack.length) {
      const line = stack.pop();
      if (seen.has(line.task)) continue;
      seen.add(line.task);
      lines.push(line);
      const children = line.task.children.filter((child) => this.shown.has(child) && !seen.has(child));
      line.parts = children.length;
      line.isFolded = children.length > 0 && (folded.get(line.task.id) ?? line.depth >= this.deepest);
      if (children.length && !line.isFolded) stack.push(...this.level(children, line.depth + 1).reverse());
    }
    const at = lines.findIndex((line) => line.task.id === id);
    this.rows.set(lines, at);
    if (at >= 0) this.rows.go(at, { open: false });
  }

  level(tasks, depth) {
    const there = tasks.filter((task) => this.shown.has(task));
    return there.map((task, place) => ({ task, depth, place, siblings: there.length }));
  }

  /** How many of all tasks below one are done, of those that are not cancelled. */
  done(task) {
    if (!this.progress.has(task)) {
      let done = 0;
      let all = 0;
      const seen = new Set([task]);
      const stack = [...task.children];
      while (stack.length) {
        const one = stack.pop();
        if (seen.has(one)) continue;
        seen.add(one);
        if (one.state !== "cancelled") all += 1;
        if (one.state === "done") done += 1;
        stack.push(...one.children);
      }
      this.progress.set(task, [done, all]);
    }
    return this.progress.get(task);
  }

  row({ task, depth, parts, isFolded, place, siblings }) {
    const [done, all] = this.done(task);
    const sign = parts ? (isFolded ? "▸" : "▾") : "";
    const node = el(
      "div",
      {
        class: `row${this.own.has(task) ? "" : " above"}`,
        "aria-level": depth + 1,
        "aria-setsize": siblings,
        "aria-posinset": place + 1,
        "aria-expanded": parts ? String(!isFolded) : null,
      },
      el("span", { class: "fold", "aria-hidden": "true" }, sign),
      stateOf(task.state, false),
      el(
        "span",
        { class: "grow" },
        el("span", { class: titled(task) }, foreign(task.title, chosen.words)),
        remark(task),
      ),
      labelsOf(task),
      rowFacts(task, all ? el("span", { class: "w-part", title: `${done} of ${all} parts done` }, `${done}/${all}`) : null),
    );
    const inset = Math.min(depth, 24) * (isTight() ? 12 : 20);
    node.style.paddingLeft = `${inset + (isTight() ? 4 : 10)}px`;
    return node;
  }

  fold(line, to = !line.isFolded) {
    if (!line.parts) return;
    folded.set(line.task.id, to);
    this.fill(line.task.id);
  }

  key(key) {
    const line = this.rows.item;
    if (!line) return false;
    if (key === "ArrowRight") {
      if (line.isFolded) this.fold(line, false);
      else if (line.parts) this.rows.go(this.rows.at + 1);
      return true;
    }
    if (key === "ArrowLeft") {
      if (line.parts && !line.isFolded) this.fold(line, true);
      else this.up(line);
      return true;
    }
    return false;
  }

  up(line) {
    for (let at = this.rows.at; at >= 0; at -= 1) {
      if (this.rows.items[at].depth < line.depth) {
        this.rows.go(at);
        return;
      }
    }
  }
}

/** Say how many tasks are shown, of those in the states that are chosen. */
function tellTasks(shown) {
  const noun = ["open", "ready", "ended"].includes(chosen.state) ? `${chosen.state} task` : "task";
  tell(shown, IN_STATE[chosen.state] ? TASKS.filter(inState).length : TASKS.length, noun);
}

class ListView {
  states = true;

  constructor() {
    this.sort = "rank";
    this.rows = new Rows({
      label: "Tasks, the best match first",
      height: () => (isTight() ? 54 : 34),
      draw: (task) => this.row(task),
      chosen: (task) => openTask(task.id, true),
      moved: (task) => follow(task.id),
    });
    const orders = [["rank", "best match, most urgent"], ["updated", "last changed"], ["due", "due first"], ["owner", "owner"], ["state", "state"], ["title", "title"], ["id", "id"]];
    this.select = el("select", { id: "order", name: "order", onchange: (event) => {
      this.sort = event.target.value;
      this.draw();
    } }, orders.map(([value, text]) => el("option", { value }, text)));
    const tools = el("div", { class: "tools" }, el("label", { for: "order" }, "Order"), this.select);
    this.node = [tools, this.rows.box];
  }

  draw(id) {
    const before = id || this.rows.item?.id;
    const tasks = this.ordered(found());
    const at = chosen.words.length ? 0 : tasks.findIndex((task) => task.id === before);
    this.rows.set(tasks, at);
    this.rows.go(Math.max(at, 0), { open: false });
    tellTasks(tasks.length);
  }

  ordered(tasks) {
    const places = [...STATES.keys()];
    const keys = {
      rank: chosen.words.length ? (task) => -rank(task) : (task) => task.place,
      updated: (task) => -(task.updated ?? 0),
      due: (task) => task.due || "~",
      owner: (task) => task.owner.toLowerCase() || "~",
      state: (task) => places.indexOf(task.state),
      title: (task) => task.title.toLowerCase(),
      id: (task) => task.id,
    };
    const keyed = tasks.map((task) => [keys[this.sort](task), task]);
    keyed.sort(([one, a], [other, b]) => (one < other ? -1 : one > other ? 1 : a.place - b.place));
    return keyed.map(([, task]) => task);
  }

  row(task) {
    const line = chosen.words.length ? snippet(task) : "";
    return el(
      "div",
      { class: "row" },
      isTight() ? stateOf(task.state, false) : el("span", { class: "fixed w-state" }, stateOf(task.state)),
      el(
        "span",
        { class: "grow" },
        el("span", { class: titled(task) }, foreign(task.title, chosen.words)),
        line ? el("span", { class: "snippet" }, foreign(line, chosen.words)) : remark(task),
      ),
      labelsOf(task),
      rowFacts(task),
    );
  }
}
