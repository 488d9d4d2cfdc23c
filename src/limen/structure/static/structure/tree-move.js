// Moving categories within their tree: by dragging, or by the arrow keys with Shift. Each move is saved at once.
// Without this file each category has a link to a form that moves it.
const OPENS_AFTER = 700;
const MOVABLE = "[data-movable] [role=treeitem] [role=treeitem][data-code]";

let dragged = null;
let aimed = null;
let opening = 0;

function prepare() {
  for (const item of document.querySelectorAll(MOVABLE)) item.querySelector(".node").draggable = true;
}

function send(item, place) {
  const form = document.getElementById("move");
  const { code, version } = item.dataset;
  for (const [name, value] of Object.entries({ code, version, parent: "", before: "", after: "", ...place })) {
    form.elements[name].value = value;
  }
  form.requestSubmit();
}

const codeOf = (item) => item?.dataset.code ?? "";
const parentOf = (item) => item.parentElement.closest("[role=treeitem]");

// Where an arrow key takes a category: over its neighbour, into the one above it, out behind its parent.
function step(item, key) {
  const parent = parentOf(item);
  const [above, below] = [item.previousElementSibling, item.nextElementSibling];
  if (key === "ArrowUp" && codeOf(above)) return { parent: codeOf(parent), before: codeOf(above) };
  if (key === "ArrowDown" && codeOf(below)) return { parent: codeOf(parent), after: codeOf(below) };
  if (key === "ArrowRight" && codeOf(above)) return { parent: codeOf(above) };
  // The root stays alone at the top.
  if (key === "ArrowLeft" && parentOf(parent)) return { parent: codeOf(parentOf(parent)), after: codeOf(parent) };
  return null;
}

document.addEventListener("keydown", (event) => {
  const item = event.target;
  if (!event.shiftKey || event.altKey || event.ctrlKey || event.metaKey || !item.matches?.(MOVABLE)) return;
  if (!event.key.startsWith("Arrow")) return;
  event.preventDefault();
  const place = step(item, event.key);
  if (place) send(item, place);
});

// Over the upper quarter of a row it goes in front, over the lower one behind, between into it.
function placeAt(row, y) {
  const item = row.parentElement;
  const { top, height } = row.getBoundingClientRect();
  const part = (y - top) / height;
  if (parentOf(item) && part < 0.25) return { how: "before", place: { parent: codeOf(parentOf(item)), before: codeOf(item) } };
  if (parentOf(item) && part > 0.75) return { how: "after", place: { parent: codeOf(parentOf(item)), after: codeOf(item) } };
  return { how: "into", place: { parent: codeOf(item) } };
}

function aim(row, how) {
  if (aimed === row && row?.dataset.aim === how) return;
  if (aimed) delete aimed.dataset.aim;
  clearTimeout(opening);
  aimed = row;
  if (!row) return;
  row.dataset.aim = how;
  const closed = row.parentElement.getAttribute("aria-expanded") === "false" && row.querySelector("[data-toggle]");
  if (how === "into" && closed) opening = setTimeout(() => closed.click(), OPENS_AFTER);
}

function rowUnder(event) {
  const row = dragged && event.target.closest?.("[data-movable] [data-code] > .node");
  return row && !dragged.contains(row) ? row : null;
}

document.addEventListener("dragstart", (event) => {
  const item = event.target.closest?.(MOVABLE);
  if (!item) return;
  dragged = item;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", codeOf(item));
  item.classList.add("dragged");
});

document.addEventListener("dragover", (event) => {
  const row = rowUnder(event);
  if (row) event.preventDefault();
  if (dragged) aim(row, row ? placeAt(row, event.clientY).how : "");
});

document.addEventListener("drop", (event) => {
  const row = rowUnder(event);
  if (!row) return;
  event.preventDefault();
  send(dragged, placeAt(row, event.clientY).place);
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  dragged = null;
  aim(null, "");
});

document.body.addEventListener("htmx:afterSettle", prepare);
prepare();
