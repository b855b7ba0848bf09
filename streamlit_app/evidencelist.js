// Texts come from a PDF, which may be hostile: only textContent and setAttribute, never HTML.
function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

function wordsOf(pieces) {
  const words = element("p", "text", "");
  for (const piece of pieces) {
    if (!piece.names.length) {
      words.appendChild(document.createTextNode(piece.text));
      continue;
    }
    const mark = element("mark", "", piece.text);
    mark.appendChild(element("span", "tag", " [" + piece.names.join(", ") + "]"));
    words.appendChild(mark);
  }
  return words;
}

function linkOf(row, open) {
  const link = element("a", "", "Open on the Evidence page");
  link.setAttribute("href", row.href);
  link.setAttribute("aria-label", "Open on the Evidence page: " + row.title);
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    open(row.query);
  });
  return link;
}

function entryOf(row, list) {
  const entry = document.createElement("li");
  entry.setAttribute("data-evidence", row.id);
  const button = element("button", "kind", row.title);
  button.setAttribute("type", "button");
  button.addEventListener("click", () => list.pick(row.id));
  entry.appendChild(button);
  if (row.headings) entry.appendChild(element("p", "headings", row.headings));
  entry.appendChild(wordsOf(row.pieces));
  for (const line of row.lines) entry.appendChild(element("p", "line", line));
  if (row.href) entry.appendChild(linkOf(row, (query) => list.open(query)));
  return entry;
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const list = parentElement.querySelector(".list");
  list.pick = (id) => setTriggerValue("picked", id);
  list.open = (query) => setTriggerValue("opened", query);
  // Rebuilt only when the rows change: a click must not take the keyboard focus away.
  const signature = JSON.stringify(data.rows);
  if (list.signature !== signature) {
    const focused = parentElement.activeElement?.closest("li")?.getAttribute("data-evidence");
    list.signature = signature;
    list.replaceChildren(...data.rows.map((row) => entryOf(row, list)));
    for (const entry of list.children) {
      if (focused && entry.getAttribute("data-evidence") === focused) entry.querySelector("button").focus();
    }
  }
  for (const entry of list.children) {
    const selected = entry.getAttribute("data-evidence") === data.selected;
    entry.classList.toggle("selected", selected);
    entry.querySelector("button").setAttribute("aria-pressed", String(selected));
  }
}
