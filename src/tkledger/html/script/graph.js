// What waits for what, as `tk graph --format svg` lays it out: columns from left to right. Of some tasks only the
// columns are the same, and the rows move together.

const [WIDE, HIGH, ACROSS, DOWN, EDGE] = [220, 46, 70, 14, 20];

class GraphView {
  states = false;

  constructor() {
    this.zoom = 1;
    this.show = Object.keys(DATA.graph.cells).length > 150 && DATA.graph.critical.length ? "chain" : "all";
    this.canvas = el("div", { class: "canvas", role: "group", "aria-label": "Graph of what waits for what" });
    this.canvas.addEventListener("focusin", (event) => this.focused(event));
    this.canvas.addEventListener("click", (event) => {
      const box = event.target.closest("[data-id]");
      if (box) openTask(box.dataset.id, true);
    });
    this.select = el("select", { id: "part", name: "part", onchange: (event) => {
      this.show = event.target.value;
      this.draw(this.show === "near" ? this.id : undefined);
    } });
    const button = (text, label, factor) =>
      el("button", { type: "button", "aria-label": label, onclick: () => this.scale(factor) }, text);
    this.node = [
      el("div", { class: "tools" }, el("label", { for: "part" }, "Show"), this.select,
        button("−", "Smaller", 0.8), button("+", "Larger", 1.25), button("1:1", "As large as text", 0), button("Fit", "All of it in sight", -1),
        (this.legend = el("span", { class: "dim" }))),
      this.canvas,
    ];
  }

  draw(id) {
    if (id) this.id = id;
    if (id && DATA.graph.cells[id]) this.show = "near";
    const linked = Object.keys(DATA.graph.cells).length;
    const parts = [["all", `all ${number(linked)} linked tasks`]];
    if (DATA.graph.critical.length) parts.push(["chain", `the longest chain (${DATA.graph.critical.length})`]);
    if (this.id && DATA.graph.cells[this.id]) parts.push(["near", `around ${this.id}`]);
    this.select.replaceChildren(...parts.map(([value, text]) => el("option", { value }, text)));
    this.select.value = this.show;
    this.spots = this.placed(this.ids());
    this.paint();
    this.tell(linked);
  }

  tell(linked) {
    const { whole, unlinked } = DATA.graph;
    this.legend.textContent = linked
      ? "A whole line: it has to be done before. A dashed one: it is a part. Thick: the longest chain."
      : "";
    const left = whole > linked ? ` of ${number(whole)}` : "";
    byId("count").textContent = `${number(this.spots.size)}${left} linked tasks; ${number(unlinked)} without a link`;
    if (!linked) this.canvas.replaceChildren(el("p", { class: "note" }, "No open task waits for another one, or is a part of one."));
  }

  /** The tasks to draw: of one task, what it waits for and what waits for it, its whole and its parts. */
  ids() {
    const all = Object.keys(DATA.graph.cells);
    if (this.show === "chain") return DATA.graph.critical;
    if (this.show !== "near" || !DATA.graph.cells[this.id]) return all;
    const near = new Set([this.id]);
    for (const [from, to] of [[0, 1], [1, 0]]) {
      const stack = [this.id];
      const seen = new Set();
      while (stack.length) {
        const id = stack.pop();
        if (seen.has(id)) continue;
        seen.add(id);
        for (const link of DATA.graph.links) if (link[from] === id && link[2]) stack.push(link[to]);
      }
      seen.forEach((one) => near.add(one));
    }
    for (const [part, whole, before] of DATA.graph.links) {
      if (!before && part === this.id) near.add(whole);
      if (!before && whole === this.id) near.add(part);
    }
    return all.filter((id) => near.has(id));
  }

  /** Where each of some tasks is: columns and rows that nothing is in are left out. */
  placed(ids) {
    const columns = new Map();
    for (const id of ids) {
      const [column, row] = DATA.graph.cells[id];
      if (!columns.has(column)) columns.set(column, []);
      columns.get(column).push([row, id]);
    }
    const spots = new Map();
    [...columns.keys()].sort((one, other) => one - other).forEach((column, x) => {
      columns.get(column).sort((one, other) => one[0] - other[0]).forEach(([, id], y) => {
        spots.set(id, { column: x, row: y, x: EDGE + x * (WIDE + ACROSS), y: EDGE + y * (HIGH + DOWN) });
      });
    });
    return spots;
  }

  paint() {
    const spots = [...this.spots.values()];
    this.width = Math.max(0, ...spots.map((spot) => spot.x)) + WIDE + EDGE;
    this.height = Math.max(0, ...spots.map((spot) => spot.y)) + HIGH + EDGE;
    const tip = (name, kind) =>
      svg("marker", { id: name, viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
        svg("path", { d: "M0 0L8 4L0 8z", class: `tip ${kind}` }));
    const links = DATA.graph.links.filter(([from, to]) => this.spots.has(from) && this.spots.has(to));
    this.current = this.spots.has(this.current) ? this.current : this.spots.has(this.id) ? this.id : this.spots.keys().next().value;
    this.boxes = new Map([...this.spots].map(([id, spot]) => [id, this.box(id, spot)]));
    this.picture = svg("svg", { viewBox: `0 0 ${this.width} ${this.height}`, role: "group", "aria-label": "Tasks and what they wait for" },
      svg("defs", null, tip("tip", ""), tip("tip-critical", "critical")),
      links.map((link) => this.curve(link)),
      [...this.boxes.values()],
    );
    this.canvas.replaceChildren(this.picture);
    this.scale(1);
    this.boxes.get(this.id)?.scrollIntoView({ block: "center", inline: "center" });
  }

  curve([from, to, before, critical]) {
    const [one, other] = [this.spots.get(from), this.spots.get(to)];
    const [x1, y1, x2, y2] = [one.x + WIDE, one.y + HIGH / 2, other.x, other.y + HIGH / 2];
    const bend = Math.max(ACROSS / 2, Math.floor((x2 - x1) / 3));
    return svg("path", {
      d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
      class: `link${before ? "" : " part"}${critical ? " critical" : ""}`,
      "marker-end": `url(#tip${critical ? "-critical" : ""})`,
    });
  }

  box(id, { x, y }) {
    const task = BY_ID.get(id);
    const [state, title] = task ? [task.state, task.title] : ["todo", ""];
    const unblocks = DATA.graph.unblocks[id];
    const short = (text) => ([...text].length > 30 ? `${[...text].slice(0, 29).join("")}…` : text);
    const head = `${id}${unblocks ? `, unblocks ${number(unblocks)}` : ""}`;
    const kind = DATA.graph.critical.includes(id) ? " critical" : "";
    return svg("g", {
      class: `box${kind}${task && narrowed() && !fits(task) ? " faint" : ""}`,
      "data-id": id,
      role: "button",
      tabindex: id === this.current ? "0" : "-1",
      "aria-label": `${head}: ${title}, ${STATES.get(state).label}${kind ? ", on the longest chain" : ""}`,
    },
      svg("title", null, `${id}: ${title}`),
      svg("rect", { x, y, width: WIDE, height: HIGH, rx: 6 }),
      svg("text", { x: x + 10, y: y + 18, class: "head" },
        svg("tspan", { class: `f-${state}` }, STATES.get(state).glyph), ` ${short(head)}`),
      svg("text", { x: x + 10, y: y + 36 }, short(title)),
    );
  }

  scale(factor) {
    const room = Math.min(this.canvas.clientWidth / this.width, this.canvas.clientHeight / this.height, 1);
    const wanted = factor < 0 ? room : factor ? this.zoom * factor : 1;
    this.zoom = Math.min(Math.max(wanted, 0.05), 3);
    this.picture?.setAttribute("width", this.width * this.zoom);
    this.picture?.setAttribute("height", this.height * this.zoom);
  }

  focused(event) {
    const box = event.target.closest("[data-id]");
    if (!box || box.dataset.id === this.current) return;
    this.boxes.get(this.current)?.setAttribute("tabindex", "-1");
    this.current = box.dataset.id;
    box.setAttribute("tabindex", "0");
  }

  focus() {
    this.boxes?.get(this.current)?.focus();
  }

  key(key) {
    if (key === "Enter" || key === " ") {
      if (!this.canvas.contains(document.activeElement)) return false;
      openTask(this.current, true);
      return true;
    }
    const step = { ArrowDown: [0, 1], j: [0, 1], ArrowUp: [0, -1], k: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] }[key];
    const here = this.spots?.get(this.current);
    if (!step || !here) return false;
    const away = ([, spot]) => Math.abs(spot.row - here.row) + 1000 * Math.abs(spot.column - here.column);
    const [across, down] = step;
    const there = [...this.spots].filter(([, spot]) =>
      across ? Math.sign(spot.column - here.column) === across : spot.column === here.column && Math.sign(spot.row - here.row) === down,
    );
    there.sort((one, other) => away(one) - away(other));
    if (there.length) {
      const box = this.boxes.get(there[0][0]);
      box.focus();
      box.scrollIntoView({ block: "nearest", inline: "nearest" });
      follow(there[0][0]);
    }
    return true;
  }
}
