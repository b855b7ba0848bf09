// Texts come from a PDF, which may be hostile: only textContent and setAttribute, never HTML.
function line(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function entryOf(row, pick) {
  const entry = document.createElement("li");
  entry.setAttribute("data-passage", row.id);
  const button = line("button", "kind", row.kind);
  button.setAttribute("type", "button");
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    pick(row.id);
  });
  entry.addEventListener("click", () => {
    if (!String(window.getSelection())) pick(row.id);
  });
  entry.appendChild(button);
  if (row.headings) entry.appendChild(line("p", "headings", row.headings));
  entry.appendChild(line("p", "text", row.text));
  for (const one of row.suggestions) {
    const mark = one.accepted ? "\u25cf " : "\u25cb ";
    const end = one.accepted ? " accepted by the model" : "";
    entry.appendChild(line("p", one.accepted ? "code accepted" : "code", mark + one.score + "  " + one.label + end));
  }
  for (const one of row.judgements) entry.appendChild(line("p", "judgement", "\u2713 " + one));
  return entry;
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const list = parentElement.querySelector(".list");
  list.pick = (id) => setTriggerValue("picked", id);
  const signature = JSON.stringify(data.rows);
  if (list.signature !== signature) {
    const focused = parentElement.activeElement?.closest("li")?.getAttribute("data-passage");
    list.signature = signature;
    list.replaceChildren(...data.rows.map((row) => entryOf(row, (id) => list.pick(id))));
    for (const entry of list.children) {
      if (focused && entry.getAttribute("data-passage") === focused) entry.querySelector("button").focus();
    }
  }
  for (const entry of list.children) {
    const selected = entry.getAttribute("data-passage") === data.selected;
    entry.classList.toggle("selected", selected);
    entry.querySelector("button").setAttribute("aria-pressed", String(selected));
    // Only the list scrolls, not the page: the reader's eyes are on the image.
    if (selected && list.shown !== data.selected) list.scrollTop = entry.offsetTop - list.offsetTop - 40;
  }
  list.shown = data.selected;
}
