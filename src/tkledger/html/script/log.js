// What commits did to tasks, the newest first.

const EVENTS = DATA.log.entries.map(([at, id, who, event, way, commit, words]) => ({
  at, id, event, way, commit, words, who: DATA.log.people[who],
}));

class LogView {
  states = false;

  constructor() {
    this.rows = new Rows({
      label: "What happened, the newest first",
      height: () => (isTight() ? 54 : 32),
      draw: (entry, index) => this.row(entry, index),
      chosen: (entry) => openTask(entry.id, true),
      moved: (entry) => follow(entry.id),
    });
    this.node = [this.rows.box];
  }

  draw() {
    const own = narrowed() ? new Set(found(false).map((task) => task.id)) : null;
    const entries = own ? EVENTS.filter((entry) => own.has(entry.id)) : EVENTS;
    this.rows.set(entries, 0);
    this.rows.box.scrollTop = 0;
    tell(entries.length, EVENTS.length, "event");
    if (DATA.log.cut) byId("count").append(" (older ones: tk log)");
    if (DATA.log.shallow) byId("count").append(" (the clone was shallow: older ones are missing)");
  }

  row(entry, index) {
    const before = this.rows.items[index - 1];
    const sameDay = before && day(before.at) === day(entry.at);
    const task = BY_ID.get(entry.id);
    const what = el(
      "span",
      { class: "grow" },
      el("span", { class: "title" }, foreign(task ? task.title : entry.id, chosen.words)),
      entry.words ? el("span", { class: "snippet" }, foreign(entry.words)) : null,
    );
    const when = el("span", { class: `fixed${sameDay ? " dim" : ""}`, title: `commit ${entry.commit}` }, minute(entry.at));
    const event = el("span", { class: "fixed w-event" }, entry.event);
    const state = el("span", { class: "fixed w-state" }, entry.way.length ? stateOf(entry.way[1]) : "");
    const [id, who] = [el("span", { class: "w-id id" }, entry.id), el("span", { class: "w-owner" }, foreign(entry.who))];
    if (isTight()) return el("div", { class: "row" }, what, el("span", { class: "facts" }, when, entry.way.length ? state : event, who));
    return el("div", { class: "row" }, when, event, state, what, el("span", { class: "facts" }, id, who));
  }
}

/** The events of one task, as a list for its panel. */
function pastOf(id) {
  const own = EVENTS.filter((entry) => entry.id === id);
  return own.map((entry) =>
    el(
      "li",
      null,
      el("span", { class: "dim" }, `${minute(entry.at)} `),
      `${entry.event} `,
      entry.way.length ? stateOf(entry.way[1]) : null,
      el("span", { class: "dim" }, " by ", foreign(entry.who)),
      entry.words ? el("div", { class: "dim" }, foreign(entry.words)) : null,
    ),
  );
}
