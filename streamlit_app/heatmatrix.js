// Everything that is shown may come from a hostile PDF: text goes in as textContent, never as HTML.
// One cell at a time is in the tab order; arrow keys move between cells, Enter or a click opens one.
function shown(cell) {
  if (cell === null) return { text: "", kind: "missing", said: "no document read" };
  return { text: String(cell), kind: "", said: cell === 1 ? "1 initiative" : `${cell} initiatives` };
}

function classOf(value, bounds) {
  if (value === null) return "missing";
  if (value === 0) return "zero";
  return `step${bounds.filter((bound) => value >= bound).length}`;
}

function headerOf(text, scope) {
  const th = document.createElement("th");
  th.setAttribute("scope", scope);
  const inner = document.createElement("span");
  inner.textContent = text;
  th.appendChild(inner);
  return th;
}

function rowOf(row, data, open) {
  const tr = document.createElement("tr");
  const name = headerOf("", "row");
  const link = document.createElement("a");
  link.setAttribute("href", row.href);
  link.textContent = row.name;
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    open("area", row.query);
  });
  name.replaceChildren(link);
  tr.appendChild(name);
  row.cells.forEach((value, column) => {
    const td = document.createElement("td");
    const button = document.createElement("button");
    const said = shown(value);
    td.className = classOf(value, data.bounds);
    button.type = "button";
    button.tabIndex = -1;
    button.textContent = said.text;
    button.setAttribute("aria-label", `${row.name}, ${data.columns[column].label}: ${said.said}`);
    button.title = `${row.name}, ${data.columns[column].label}: ${said.said}`;
    button.addEventListener("click", () => open(data.opens, { ...row.query, code: data.columns[column].code }));
    td.appendChild(button);
    tr.appendChild(td);
  });
  return tr;
}

function moved(table, event) {
  const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  const step = steps[event.key];
  const from = event.target.closest("td");
  if (!step || !from) return;
  const rows = [...table.tBodies[0].rows];
  const to = rows[from.parentElement.sectionRowIndex + step[0]]?.cells[from.cellIndex + step[1]];
  const button = to?.querySelector("button");
  if (!button) return;
  event.preventDefault();
  from.querySelector("button").tabIndex = -1;
  button.tabIndex = 0;
  button.focus();
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const open = (page, query) => setTriggerValue("opened", { page, query });
  const table = parentElement.querySelector("table");
  table.querySelector("caption").textContent = data.caption;
  const head = table.querySelector("thead tr");
  head.replaceChildren(headerOf("Area", "col"), ...data.columns.map((column) => headerOf(column.label, "col")));
  table.tBodies[0].replaceChildren(...data.rows.map((row) => rowOf(row, data, open)));
  const first = table.tBodies[0].querySelector("td button");
  if (first) first.tabIndex = 0;
  table.tBodies[0].onkeydown = (event) => moved(table, event);
}
