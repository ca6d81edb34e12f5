// A list of rows of one height, of which only those in sight are in the document; keys and screen readers see all.

/** Where a task covers the rest, since there is no room beside it. */
const NARROW = matchMedia("(max-width: 760px)");
/** Where a row takes two lines, as the style has it, too. */
const isTight = () => byId("main").clientWidth <= 620;

class Rows {
  /**
   * options: label; role and rowRole; draw(item, index) gives a row; height() in pixels; chosen(item) when one is
   * opened; moved(item) when another is the current one
   */
  constructor(options) {
    Object.assign(this, options);
    this.items = [];
    this.at = 0;
    this.name = `rows${(Rows.made = (Rows.made || 0) + 1)}`;
    this.sizer = el("div", { class: "sizer", role: "presentation" });
    this.box = el(
      "div",
      { class: "rows", role: this.role || "listbox", "aria-label": this.label, tabindex: "0" },
      this.sizer,
    );
    this.box.addEventListener("scroll", () => this.render(), { passive: true });
    this.box.addEventListener("focus", () => this.take());
    this.box.addEventListener("click", (event) => this.clicked(event));
    new ResizeObserver(() => this.render(true)).observe(this.box);
  }

  set(items, at = 0) {
    this.items = items;
    this.at = Math.max(Math.min(at, items.length - 1), 0);
    this.render(true);
  }

  get item() {
    return this.items[this.at];
  }

  /** Make another row the current one, and bring it into sight. */
  go(index, { open = true } = {}) {
    if (!this.items.length) return;
    this.at = Math.max(Math.min(index, this.items.length - 1), 0);
    const height = this.height();
    const above = this.at * height;
    if (above < this.box.scrollTop) this.box.scrollTop = above;
    if (above + height > this.box.scrollTop + this.box.clientHeight) {
      this.box.scrollTop = above + height - this.box.clientHeight;
    }
    this.render();
    if (open) this.moved?.(this.item);
  }

  /** From now on keys move in this list. */
  take() {
    lastRows?.box.classList.remove("current");
    this.box.classList.add("current");
    lastRows = this;
    this.render();
  }

  page() {
    return Math.max(Math.floor(this.box.clientHeight / this.height()) - 1, 1);
  }

  clicked(event) {
    const row = event.target.closest("[data-index]");
    if (!row) return;
    this.take();
    this.go(Number(row.dataset.index), { open: false });
    if (event.target.closest(".fold")) this.fold?.(this.item);
    else this.chosen(this.item);
  }

  render(afresh = false) {
    const height = this.height();
    const shown = Math.ceil(this.box.clientHeight / height);
    const first = Math.max(Math.floor(this.box.scrollTop / height) - 6, 0);
    const last = Math.min(first + shown + 12, this.items.length);
    this.sizer.style.height = `${this.items.length * height}px`;
    const there = afresh ? new Map() : this.there || new Map();
    const next = new Map();
    for (let index = first; index < last; index += 1) next.set(index, there.get(index) || this.made(index));
    if (this.at < this.items.length && !next.has(this.at)) next.set(this.at, there.get(this.at) || this.made(this.at));
    for (const [index, row] of next) {
      row.setAttribute("aria-selected", String(index === this.at));
      row.style.transform = `translateY(${index * height}px)`;
      row.style.height = `${height - (this.gap || 0)}px`;
    }
    this.there = next;
    const rows = [...next].sort((one, other) => one[0] - other[0]).map(([, row]) => row);
    if (rows.length !== this.sizer.children.length || rows.some((row, place) => this.sizer.children[place] !== row)) {
      this.sizer.replaceChildren(...rows);
    }
    if (this.items.length) this.box.setAttribute("aria-activedescendant", `${this.name}-${this.at}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  made(index) {
    const row = this.draw(this.items[index], index);
    furnished(row, {
      id: `${this.name}-${index}`,
      role: this.rowRole || "option",
      "data-index": index,
      "aria-setsize": row.hasAttribute("aria-setsize") ? null : this.items.length,
      "aria-posinset": row.hasAttribute("aria-posinset") ? null : index + 1,
    }, []);
    return row;
  }
}

let lastRows = null;
/** The list that keys move in: the one that had the focus last. */

/** The parts of a row about a task that several views have. */
function rowFacts(task, parts = null) {
  return el(
    "span",
    { class: "facts" },
    parts,
    el("span", { class: `w-p p${task.priority}` }, `P${task.priority}`),
    el("span", { class: "w-id id" }, task.id),
    el("span", { class: "w-owner", title: task.owner || null }, task.owner ? foreign(task.owner) : unseen(DATA.words.owner)),
    el("span", { class: "w-age", title: task.updated === undefined ? null : `changed ${minute(task.updated)}` }, age(task.updated)),
  );
}

const titled = (task) => (isOpen(task) ? "title" : `title ended ${task.state}`);

function labelsOf(task) {
  if (isTight() || !task.labels.length) return null;
  const more = task.labels.length - 2;
  return el(
    "span",
    { class: "fixed" },
    task.labels.slice(0, 2).map((label) => [el("span", { class: "label" }, label), " "]),
    more > 0 ? el("span", { class: "dim" }, `+${more}`) : null,
  );
}

/** What an open task waits for, and when it is due. */
function remark(task) {
  if (!isOpen(task)) return null;
  const text = [waitsFor(task), dueOf(task)].filter(Boolean).join("; ");
  return text ? el("span", { class: `snippet${isOverdue(task) ? " bad" : ""}` }, foreign(text)) : null;
}

const isOverdue = (task) => Boolean(isOpen(task) && task.due && task.due < day(DATA.at));
const dueOf = (task) => (task.due ? `${isOverdue(task) ? "overdue" : "due"} ${task.due}` : "");

/** The same without the date, which the words of the ledger may end with. */
function waitsFor({ waits = "", due }) {
  const end = `due ${due}`;
  return due && waits.endsWith(end) ? waits.slice(0, -end.length).replace(/; $/, "") : waits;
}
