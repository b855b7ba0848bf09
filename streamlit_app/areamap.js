// Names and labels may come from hostile files: they go in by setAttribute and textContent, never as HTML.
const WAYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
const loaded = new Map();

// The shapes are a file of our own server: they come once, however often the values change.
function shapesAt(url) {
  if (!loaded.has(url)) {
    const asked = fetch(url).then((answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    });
    asked.catch(() => loaded.delete(url));
    loaded.set(url, asked);
  }
  return loaded.get(url);
}

function make(svg, name, attributes, className = "") {
  const element = document.createElementNS(svg.namespaceURI, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (className) element.setAttribute("class", className);
  return element;
}

function hatch(svg, size) {
  const place = { id: "hatch", width: size, height: size, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  const pattern = make(svg, "pattern", place);
  pattern.appendChild(make(svg, "rect", { width: size, height: size }, "hatch-ground"));
  pattern.appendChild(make(svg, "rect", { width: size / 3, height: size }, "hatch-line"));
  const defs = make(svg, "defs", {});
  defs.appendChild(pattern);
  return defs;
}

function areaOf(svg, shape, unit, below) {
  const group = make(svg, "g", { role: "button", tabindex: -1, "data-code": shape.code });
  group.shape = shape;
  group.append(
    make(svg, "title", {}),
    make(svg, "path", { d: shape.path, "fill-rule": "evenodd" }),
    make(svg, "text", { x: shape.x, y: shape.y, "font-size": unit * 1.2, "aria-hidden": "true" }),
    make(svg, "circle", { cx: shape.x, cy: shape.y + below, r: unit * 0.35, "aria-hidden": "true" })
  );
  return group;
}

function draw(svg, shapes) {
  const schematic = shapes.kind === "tiles";
  const unit = schematic ? 10 : shapes.width / 60;
  svg.setAttribute("viewBox", `0 0 ${shapes.width} ${shapes.height}`);
  svg.setAttribute("data-kind", shapes.kind);
  svg.areas = shapes.areas.map((shape) => areaOf(svg, shape, unit, schematic ? unit * 1.35 : 0));
  svg.chosen = make(svg, "path", { "aria-hidden": "true" }, "chosen");
  svg.ring = make(svg, "path", { "aria-hidden": "true" }, "ring");
  svg.replaceChildren(hatch(svg, unit * 0.6), ...svg.areas, svg.chosen, svg.ring);
}

function paint(svg, data) {
  svg.chosen.setAttribute("d", "");
  for (const area of svg.areas) {
    const [fill, label, marked, text] = data.values[area.shape.code] || ["missing", "", 0, ""];
    const said = label ? `${area.shape.name}: ${label}` : area.shape.name;
    const selected = area.shape.code === data.selected;
    area.setAttribute("class", `area ${fill}${marked ? " low" : ""}`);
    area.setAttribute("aria-label", said);
    area.setAttribute("aria-pressed", String(selected));
    const [title, path, words] = area.children;
    title.textContent = said;
    words.textContent = text;
    // As an attribute: a style sheet looks for #hatch in other places in some browsers.
    if (fill === "missing") path.setAttribute("fill", "url(#hatch)");
    else path.removeAttribute("fill");
    if (selected) svg.chosen.setAttribute("d", area.shape.path);
  }
}

// One stop of the Tab key for the whole map; arrow keys move inside.
function rove(svg, target, focus) {
  for (const area of svg.areas) area.setAttribute("tabindex", area === target ? "0" : "-1");
  if (target && focus) target.focus();
}

function nextIn(svg, from, [right, down]) {
  let best = null;
  let least = Infinity;
  for (const area of svg.areas) {
    const [x, y] = [area.shape.x - from.shape.x, area.shape.y - from.shape.y];
    const along = x * right + y * down;
    const across = Math.abs(x * down - y * right);
    if (along <= 0.5 || across > 2 * along) continue;
    const distance = Math.hypot(x, y) + across / 2;
    if (distance < least) [best, least] = [area, distance];
  }
  return best;
}

function named(svg, from, letter) {
  const start = svg.areas.indexOf(from) + 1;
  const turned = [...svg.areas.slice(start), ...svg.areas.slice(0, start)];
  return turned.find((area) => area.shape.name.toLowerCase().startsWith(letter));
}

function pressed(svg, event) {
  const from = event.target.closest(".area");
  if (!from || event.ctrlKey || event.metaKey || event.altKey) return;
  let target = null;
  if (event.key === "Enter" || event.key === " ") svg.pick(from.shape.code);
  else if (WAYS[event.key]) target = nextIn(svg, from, WAYS[event.key]);
  else if (event.key === "Home") target = svg.areas[0];
  else if (event.key === "End") target = svg.areas[svg.areas.length - 1];
  else if (/^[a-z]$/i.test(event.key)) target = named(svg, from, event.key.toLowerCase());
  else return;
  event.preventDefault();
  event.stopPropagation(); // single letters are shortcuts of the page around us
  if (target) rove(svg, target, true);
}

function listen(svg) {
  svg.listening = true;
  svg.addEventListener("keydown", (event) => pressed(svg, event));
  svg.addEventListener("click", (event) => {
    const area = event.target.closest(".area");
    if (!area) return;
    rove(svg, area, true);
    svg.pick(area.shape.code);
  });
  svg.addEventListener("focusin", (event) => {
    const area = event.target.closest(".area");
    svg.ring.setAttribute("d", area && area.matches(":focus-visible") ? area.shape.path : "");
  });
  svg.addEventListener("focusout", () => svg.ring.setAttribute("d", ""));
}

function explain(figure, data) {
  figure.querySelector("figcaption").textContent = data.title;
  for (const name of ["beside", "note"]) {
    const line = figure.querySelector(`.${name}`);
    line.textContent = data[name];
    line.hidden = !data[name];
  }
  const rows = data.legend.map(([fill, text]) => {
    const row = document.createElement("li");
    const swatch = document.createElement("span");
    swatch.className = `swatch ${fill}`;
    row.append(swatch, text);
    return row;
  });
  figure.querySelector(".legend").replaceChildren(...rows);
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const figure = parentElement.querySelector(".map");
  const svg = figure.querySelector(".plane");
  const failed = figure.querySelector(".failed");
  svg.setAttribute("aria-label", data.title);
  svg.pick = (code) => setTriggerValue("picked", code);
  svg.wanted = data; // of two calls whose shapes arrive in another order, the later one is drawn
  if (!svg.listening) listen(svg);
  explain(figure, data);
  shapesAt(data.shapes).then(
    (shapes) => {
      if (svg.wanted !== data) return;
      failed.hidden = true;
      // Drawn anew only when the shapes change: a click must not take the keyboard focus away.
      if (svg.drawn !== data.shapes) {
        draw(svg, shapes);
        svg.drawn = data.shapes;
      }
      paint(svg, data);
      const stops = svg.areas.some((area) => area.getAttribute("tabindex") === "0");
      if (!stops) rove(svg, svg.areas.find((area) => area.shape.code === data.selected) || svg.areas[0], false);
    },
    () => {
      failed.textContent = "The map could not be loaded. Load the page again.";
      failed.hidden = false;
    }
  );
}
