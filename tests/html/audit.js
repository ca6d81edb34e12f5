// What is wrong for people who read the page in another way: controls without a name, ids that are there twice,
// text with too little contrast, targets that are small, roles without what they need. A list of sentences.
(() => {
  const wrong = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const told = (one) => `${one.outerHTML.slice(0, 90)}`;
  const seen = (one) => {
    const box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    return box.width > 1 && box.height > 1 && style.visibility !== "hidden" && !one.closest("[hidden], [inert]");
  };

  // names
  const nameOf = (one) => {
    const labels = [...(one.labels || [])].map((label) => label.innerText).join(" ");
    const by = one.getAttribute("aria-labelledby");
    const named = by ? document.getElementById(by)?.innerText : "";
    const text = [...one.childNodes].map((node) => (node.nodeType === 3 ? node.data : node.ariaHidden === "true" ? "" : node.textContent)).join("");
    const own = ["SELECT", "INPUT"].includes(one.tagName) ? "" : text;
    return (one.getAttribute("aria-label") || named || labels || own).trim();
  };
  for (const one of all("button, a[href], input, select, summary, [role=button], [role=tree], [role=listbox], [role=img], [role=region], nav, aside:not([hidden]), dialog[open], [role=group][tabindex]")) {
    if (!nameOf(one)) wrong.push(`has no name: ${told(one)}`);
  }
  for (const one of all("[role=option], [role=treeitem]")) if (!one.innerText.trim()) wrong.push(`an empty row: ${told(one)}`);

  // the parts of the page
  for (const [selector, count] of [["main", 1], ["header", 1], ["nav", 1], ["h1", 1], ["[role=search]", 1], ["[role=status]", 1]]) {
    if (all(selector).length !== count) wrong.push(`${all(selector).length} of ${selector}`);
  }
  if (!document.documentElement.lang) wrong.push("no language");
  if (!document.title) wrong.push("no title");
  const levels = all("h1, h2, h3").filter(seen).map((one) => Number(one.tagName[1]));
  levels.forEach((level, place) => {
    if (place && level > levels[place - 1] + 1) wrong.push(`a heading of level ${level} after one of ${levels[place - 1]}`);
  });

  // ids and what refers to them
  const ids = all("[id]").map((one) => one.id);
  for (const id of new Set(ids)) if (ids.filter((one) => one === id).length > 1) wrong.push(`twice: ${id}`);
  for (const name of ["aria-activedescendant", "aria-labelledby", "aria-describedby", "for"]) {
    for (const one of all(`[${name}]`)) {
      if (!document.getElementById(one.getAttribute(name))) wrong.push(`${name} leads nowhere: ${told(one)}`);
    }
  }
  for (const one of all("[role=treeitem], [role=option]")) {
    if (!one.closest("[role=tree], [role=listbox]")) wrong.push(`outside of its list: ${told(one)}`);
    if (one.querySelector("a, button, input, select, [tabindex]")) wrong.push(`a control within a row: ${told(one)}`);
  }
  for (const one of all("[tabindex]")) if (Number(one.getAttribute("tabindex")) > 0) wrong.push(`out of order: ${told(one)}`);

  // contrast, of each text with what is painted behind it
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const colour = (text) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const part = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = (one) => {
    const rect = one.closest(".box")?.querySelector("rect");
    if (rect) return colour(getComputedStyle(rect).fill);
    for (let up = one; up; up = up.parentElement) {
      const found = colour(getComputedStyle(up).backgroundColor);
      if (found[3] === 255) return found;
    }
    return [255, 255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const low = new Set();
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !seen(one) || one.closest("script, style, option, title, .unseen")) continue;
    const style = getComputedStyle(one);
    const ink = colour(one.ownerSVGElement ? style.fill : style.color);
    const [a, b] = [light(ink), light(behind(one))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) low.add(`contrast ${ratio.toFixed(2)}: ${one.className.baseVal ?? one.className} ${told(one)}`);
  }
  wrong.push(...low);

  // targets
  for (const one of all("button, select, input, nav a, summary, .row, .card, .box")) {
    const box = one.getBoundingClientRect();
    if (seen(one) && (box.width < 23.5 || box.height < 23.5) && one.type !== "checkbox") wrong.push(`small: ${told(one)}`);
  }
  return wrong;
})()
