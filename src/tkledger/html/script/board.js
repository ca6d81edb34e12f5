// The states side by side; in each the most urgent first, of ended ones the newest.

class BoardView {
  states = false;

  constructor() {
    this.node = el("div", { class: "board" });
    this.columns = new Map(
      DATA.states.map((state) => {
        const count = el("span", { class: "dim" });
        const rows = new Rows({
          label: state.label,
          height: () => 100,
          gap: 6,
          draw: (task) => this.card(task),
          chosen: (task) => openTask(task.id, true),
          moved: (task) => follow(task.id),
        });
        const column = el("section", { class: "column", "aria-label": rows.label }, el("h2", null, stateOf(state.name), count), rows.box);
        return [state.name, { column, rows, count }];
      }),
    );
  }

  get rows() {
    const own = [...this.columns.values()].map(({ rows }) => rows);
    return own.includes(lastRows) && lastRows.items.length ? lastRows : own.find((rows) => rows.items.length) || own[0];
  }

  draw(id) {
    const tasks = found(false);
    const by = new Map(DATA.states.map((state) => [state.name, []]));
    for (const task of tasks) by.get(task.state).push(task);
    for (const name of ENDED) by.get(name).sort((one, other) => (other.updated ?? 0) - (one.updated ?? 0) || one.place - other.place);
    const there = [];
    for (const [name, { column, rows, count }] of this.columns) {
      const items = by.get(name);
      count.textContent = number(items.length);
      const at = items.findIndex((task) => task.id === (id || rows.item?.id));
      rows.set(items, at);
      if (id && at >= 0) {
        rows.go(at, { open: false });
        rows.take();
      }
      if (items.length || !["backlog", "cancelled"].includes(name)) there.push(column);
    }
    this.node.replaceChildren(...there);
    tell(tasks.length, TASKS.length, "task");
  }

  card(task) {
    return el(
      "div",
      { class: "card" },
      el("span", { class: titled(task) }, foreign(task.title, chosen.words)),
      el(
        "span",
        { class: "facts" },
        el("span", { class: `p${task.priority}` }, `P${task.priority}`),
        el("span", { class: "id" }, task.id),
        el("span", { class: "end" }, age(task.updated)),
      ),
      el("span", { class: "facts" }, task.owner ? el("span", null, foreign(task.owner)) : null, remark(task)),
    );
  }

  key(key) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!step) return false;
    const own = [...this.columns.values()].map(({ rows }) => rows).filter((rows) => rows.box.isConnected);
    const now = this.rows;
    for (let at = own.indexOf(now) + step; at >= 0 && at < own.length; at += step) {
      if (!own[at].items.length) continue;
      own[at].box.focus();
      own[at].box.scrollIntoView({ block: "nearest", inline: "nearest" });
      own[at].go(Math.min(now.at, own[at].items.length - 1));
      return true;
    }
    return true;
  }
}
