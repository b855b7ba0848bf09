// Labels come from a PDF, which may be hostile: only setAttribute and style properties, never HTML.
function boxOf(row, pick) {
  const button = document.createElement("button");
  button.setAttribute("type", "button");
  button.setAttribute("data-passage", row.id);
  button.setAttribute("aria-label", row.label);
  button.setAttribute("title", row.label);
  if (!row.first) {
    button.setAttribute("tabindex", "-1");
    button.setAttribute("aria-hidden", "true");
  }
  for (const side of ["left", "top", "width", "height"]) button.style.setProperty(side, row[side] + "%");
  button.addEventListener("click", () => pick(row.id));
  return button;
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const sheet = parentElement.querySelector(".sheet");
  const image = sheet.querySelector("img");
  sheet.setAttribute("aria-label", data.label);
  sheet.style.setProperty("aspect-ratio", String(data.ratio));
  if (image.getAttribute("src") !== data.image) image.setAttribute("src", data.image);
  // Rebuilt only when the boxes change: a click must not take the keyboard focus away.
  const signature = data.key + "|" + data.boxes.map((row) => row.id + row.left + row.top).join(" ");
  if (sheet.dataset.signature !== signature) {
    sheet.dataset.signature = signature;
    for (const old of sheet.querySelectorAll("button")) old.remove();
    // The reading order of the keyboard is that of the page; what lies on top is said by z-index.
    const order = [...data.boxes].sort((a, b) => a.top - b.top || a.left - b.left);
    for (const row of order) {
      const button = boxOf(row, (id) => sheet.pick(id));
      button.style.setProperty("z-index", String(1 + data.boxes.indexOf(row)));
      sheet.appendChild(button);
    }
  }
  sheet.pick = (id) => setTriggerValue("picked", id);
  const states = new Map(data.boxes.map((row) => [row.id, row.state]));
  for (const button of sheet.querySelectorAll("button")) {
    const id = button.getAttribute("data-passage");
    button.className = states.get(id) || "plain";
    button.setAttribute("aria-pressed", String(id === data.selected));
  }
}
