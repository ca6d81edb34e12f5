// How work flows: the numbers of `tk stats --json`, drawn; each chart has its numbers in a table below.

const WEEKS = 52;

class StatsView {
  states = null; // it has no tasks to search or filter

  constructor() {
    this.node = el("div", { class: "pane", tabindex: "0", role: "region", "aria-label": "Statistics" });
  }

  draw() {
    const found = DATA.stats;
    byId("count").textContent = `${many(found.tasks, "task")} up to ${day(DATA.at)}`;
    if (this.node.firstChild) return;
    const weeks = (found.weeks || []).slice(-WEEKS);
    this.node.append(
      el("div", { class: "tiles" }, this.tiles(found)),
      el(
        "div",
        { class: "charts" },
        weeks.length ? [bars(weeks), flow(weeks)] : null,
        this.stays(found),
        this.ended(found),
        this.spent(found.spent || {}),
      ),
    );
  }

  tiles({ states = {}, wip, weeks = [], lead, cycle, forecast = {}, sent_back: back = {} }) {
    const open = DATA.states.reduce((sum, { name }) => sum + (ENDED.has(name) ? 0 : states[name] || 0), 0);
    const last = weeks.slice(-5, -1);
    const rate = last.length ? (last.reduce((sum, week) => sum + week.done, 0) / last.length).toFixed(1) : "-";
    const spread = (one) => (one ? [duration(one.median), `85 % within ${duration(one.p85)}, of ${many(one.tasks, "task")}`] : ["-", "nothing is done yet"]);
    const sent = (back.reject || 0) + (back.requeue || 0);
    const ahead = forecast.p85
      ? [forecast.p85.date, `${number(forecast.open)} open: 50 % by ${forecast.p50.date}, 95 % by ${forecast.p95.date}`]
      : ["-", "a forecast takes three whole weeks, and tasks done in them"];
    return [
      ["Open", number(open), `${number(states.blocked || 0)} blocked, ${number(states.backlog || 0)} in the backlog`],
      ["At work", number(wip || 0), `${number(states.in_review || 0)} of them in review`],
      ["Done", number(states.done || 0), `${rate} a week in the last four whole weeks`],
      ["Lead time, median", ...spread(lead)],
      ["Cycle time, median", ...spread(cycle)],
      ["Sent back", number(sent), `${many(back.tasks || 0, "finished task")} had been`],
      ["All done, 85 %", ...ahead],
    ].map(([name, value, more]) => el("div", { class: "tile" }, el("span", { class: "dim" }, name), el("b", null, value), el("span", { class: "dim" }, more)));
  }

  stays({ in_state: stays = {} }) {
    const rows = Object.entries(stays).map(([name, one]) => [stateOf(name), duration(one.median), duration(one.p85), number(one.tasks)]);
    return rows.length ? part("Time in each state", table(["State", "half within", "85 % within", "tasks"], rows)) : null;
  }

  ended({ ended = [] }) {
    const rows = ended.map((one) => [one.actor ? foreign(one.actor) : DATA.words.actor, number(one.done || 0), number(one.cancelled || 0)]);
    return rows.length ? part("Who ended tasks", table(["Actor", "done", "cancelled"], rows)) : null;
  }

  spent(spent) {
    return ["owner", "type", "model", "label"].map((what) => {
      const rows = (spent[what] || []).map((one) => [
        foreign(one[what] || "-"),
        number(one.tokens || 0),
        one.cost ? `$${one.cost}` : "-",
        number(one.calls || 0),
      ]);
      return rows.length ? part(`Spent by ${what}`, table([what, "tokens", "cost", "calls"], rows)) : null;
    });
  }
}

const part = (title, ...children) => el("section", { class: "chart" }, el("h2", null, title), ...children);

function table(heads, rows) {
  return el(
    "div",
    { class: "scroll", tabindex: rows.length > 12 ? "0" : null, role: rows.length > 12 ? "group" : null, "aria-label": rows.length > 12 ? `Table by ${heads[0]}` : null },
    el(
      "table",
      null,
      el("thead", null, el("tr", null, heads.map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", null, rows.map(([first, ...more]) => el("tr", null, el("th", { scope: "row" }, first), more.map((value) => el("td", null, value))))),
    ),
  );
}

const legend = (names) => el("p", { class: "legend" }, names.map(([kind, text]) => el("span", null, el("i", { class: `b-${kind}`, "aria-hidden": "true" }), text)));

/** The place of a value on an axis up to a round number. */
function axis(most, height, width, left) {
  const size = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  const step = [1, 2, 5, 10].map((one) => one * size).find((one) => most / one <= 4) || size * 10;
  const end = Math.max(Math.ceil(most / step), 1) * step;
  const y = (value) => 8 + (height - 8) * (1 - value / end);
  const lines = [];
  for (let value = 0; value <= end; value += step) {
    lines.push(
      svg("line", { x1: left, x2: width, y1: y(value), y2: y(value), class: "axis" }),
      svg("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, number(value)),
    );
  }
  return { y, lines };
}

const [CHART_WIDE, CHART_HIGH, CHART_LEFT] = [560, 180, 44];

const ends = (weeks) => [
  svg("text", { x: CHART_LEFT, y: CHART_HIGH + 16 }, weeks[0].begin),
  weeks.length > 1 ? svg("text", { x: CHART_WIDE, y: CHART_HIGH + 16, "text-anchor": "end" }, weeks.at(-1).begin) : null,
];

function chart(label, children) {
  return svg("svg", { viewBox: `0 0 ${CHART_WIDE} ${CHART_HIGH + 22}`, role: "img", "aria-label": label }, children);
}

function bars(weeks) {
  const { y, lines } = axis(Math.max(...weeks.map((week) => Math.max(week.created, week.done))), CHART_HIGH, CHART_WIDE, CHART_LEFT);
  const room = (CHART_WIDE - CHART_LEFT) / weeks.length;
  const bar = (week, place, kind, side) => {
    const wide = Math.min(room * 0.4, 14);
    const x = CHART_LEFT + room * (place + 0.5) + (side - 1) * wide;
    return svg("rect", { x, y: y(week[kind]), width: wide, height: y(0) - y(week[kind]), class: `f-${kind}` },
      svg("title", null, `week of ${week.begin}: ${week.created} created, ${week.done} done`));
  };
  const sum = (kind) => number(weeks.reduce((all, week) => all + week[kind], 0));
  const words = `Tasks created and done in each of ${many(weeks.length, "week")}: ${sum("created")} created, ${sum("done")} done`;
  const rows = weeks.toReversed().map((week) => [week.week, number(week.created), number(week.done), number(week.cancelled), number(week.sent_back)]);
  return part(
    "Created and done each week",
    chart(words, [lines, weeks.map((week, place) => [bar(week, place, "created", 0), bar(week, place, "done", 1)]), ends(weeks)]),
    legend([["created", "created"], ["done", "done"]]),
    el("details", null, el("summary", null, "The numbers"), table(["Week", "created", "done", "cancelled", "sent back"], rows)),
  );
}

/** How many tasks were in each state at the end of each week, one above the other. */
function flow(weeks) {
  const order = ["done", "cancelled", "in_review", "in_progress", "blocked", "todo", "backlog"];
  const names = order.filter((name) => weeks.some((week) => week.states?.[name]));
  const sums = weeks.map((week) => names.reduce((sum, name) => sum + (week.states?.[name] || 0), 0));
  const { y, lines } = axis(Math.max(...sums), CHART_HIGH, CHART_WIDE, CHART_LEFT);
  const x = (place) => CHART_LEFT + ((CHART_WIDE - CHART_LEFT) * place) / Math.max(weeks.length - 1, 1);
  const below = weeks.map(() => 0);
  const areas = names.map((name) => {
    const low = [...below];
    weeks.forEach((week, place) => {
      below[place] += week.states?.[name] || 0;
    });
    const up = weeks.map((_, place) => `${x(place).toFixed(1)} ${y(below[place]).toFixed(1)}`);
    const down = weeks.map((_, place) => `${x(place).toFixed(1)} ${y(low[place]).toFixed(1)}`).reverse();
    return svg("path", { d: `M${[...up, ...down].join("L")}z`, class: `f-${name}` }, svg("title", null, STATES.get(name).label));
  });
  const words = `Tasks in each state at the end of each week, ${number(sums.at(-1))} at last`;
  const rows = weeks.toReversed().map((week) => [week.week, ...names.map((name) => number(week.states?.[name] || 0))]);
  const labels = names.map((name) => [name, STATES.get(name).label]);
  return part(
    "Tasks in each state",
    chart(words, [lines, areas, ends(weeks)]),
    legend(labels.toReversed()),
    el("details", null, el("summary", null, "The numbers"), table(["Week", ...labels.map(([, label]) => label)], rows)),
  );
}
