// Arrow keys walk the boxes of a table with data-arrows, as in a spreadsheet; Tab and Space work as ever.
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

for (const table of document.querySelectorAll("table[data-arrows]")) {
  table.addEventListener("keydown", (event) => {
    const [step, cell] = [STEPS[event.key], event.target.closest("td")];
    if (!step || !cell) return;
    event.preventDefault();
    const rows = [...table.querySelectorAll("[data-row]")].filter((row) => !row.closest("[hidden]"));
    let [row, column] = [rows.indexOf(cell.parentElement), cell.cellIndex];
    for (;;) {
      row += step[0];
      column += step[1];
      const next = rows[row]?.cells[column];
      if (!next) return;
      const box = next.querySelector("input");
      if (box) return box.focus();
    }
  });
}
