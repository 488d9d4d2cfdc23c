// Rows that are put in order: drag one by its handle, or use the arrow keys on its buttons. Each move is saved at once.
// The buttons do the same without this file. The list may come anew by htmx, so all is listened for above it.
let dragged = null;
let cameFrom = null;

function prepare() {
  for (const row of document.querySelectorAll("[data-order] tr[data-code]")) {
    row.draggable = true;
    row.querySelector(".grip").hidden = false;
  }
}

function send(code, before) {
  const form = document.getElementById("order");
  form.elements.code.value = code;
  form.elements.before.value = before;
  form.requestSubmit();
}

const rowAt = (event) => event.target.closest?.("[data-order] tr[data-code]");

document.addEventListener("dragstart", (event) => {
  dragged = rowAt(event);
  if (dragged) {
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.code);
    dragged.classList.add("dragged");
    cameFrom = dragged.nextElementSibling;
  }
});

document.addEventListener("dragover", (event) => {
  const row = rowAt(event);
  if (!dragged || !row) return;
  event.preventDefault();
  if (row === dragged) return;
  const { top, height } = row.getBoundingClientRect();
  row[event.clientY < top + height / 2 ? "before" : "after"](dragged);
});

document.addEventListener("drop", (event) => {
  if (dragged && rowAt(event)) event.preventDefault();
});

document.addEventListener("dragend", (event) => {
  if (!dragged) return;
  const row = dragged;
  dragged = null;
  row.classList.remove("dragged");
  // Let go elsewhere, or Escape: it goes back.
  if (event.dataTransfer.dropEffect === "none") row.parentElement.insertBefore(row, cameFrom);
  else if (row.nextElementSibling !== cameFrom) send(row.dataset.code, row.nextElementSibling?.dataset.code ?? "");
});

document.addEventListener("keydown", (event) => {
  const verb = { ArrowUp: "up", ArrowDown: "down" }[event.key];
  const row = event.target.matches?.("[name=move]") && rowAt(event);
  if (!verb || !row) return;
  event.preventDefault();
  const button = row.querySelector(`[value^="${verb}:"]`);
  button.focus();
  button.click();
});

document.body.addEventListener("htmx:afterSettle", prepare);
prepare();
