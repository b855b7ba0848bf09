// Everything that is shown may come from a hostile PDF: text goes in as textContent, never as HTML.
function cellOf(cell, follow, setTriggerValue) {
  const td = document.createElement("td");
  if (cell.number) td.className = "number";
  if (!cell.href) {
    td.textContent = cell.text;
    return td;
  }
  const link = document.createElement("a");
  link.setAttribute("href", cell.href);
  link.textContent = cell.text;
  link.addEventListener("click", (event) => {
    if (!follow || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    setTriggerValue("opened", { page: cell.page, query: cell.query });
  });
  td.appendChild(link);
  return td;
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const table = parentElement.querySelector("table");
  table.querySelector("caption").textContent = data.caption;
  const numeric = data.header.map((_, i) => data.rows.length > 0 && data.rows.every((row) => row[i].number));
  table.querySelector("thead tr").replaceChildren(
    ...data.header.map((name, i) => {
      const th = document.createElement("th");
      th.setAttribute("scope", "col");
      if (numeric[i]) th.className = "number";
      th.textContent = name;
      return th;
    })
  );
  table.querySelector("tbody").replaceChildren(
    ...data.rows.map((row) => {
      const tr = document.createElement("tr");
      tr.replaceChildren(...row.map((cell) => cellOf(cell, data.follow, setTriggerValue)));
      return tr;
    })
  );
}
