// Attributes between the levels of a variant: choose another level, by keyboard or hand, and the attribute goes there;
// or drag it. Either way it is the choice in its select that is sent.
const levels = document.querySelector("[data-levels]");
const status = document.querySelector("[data-moved-to]");
let dragged = null;

for (const part of document.querySelectorAll("[data-without-script]")) part.hidden = true;

if (levels) {
  for (const piece of levels.querySelectorAll(".piece:not([data-fixed])")) piece.draggable = true;

  levels.addEventListener("change", (event) => {
    const piece = event.target.closest(".piece");
    if (piece) put(piece, levels.querySelector(`[data-place="${event.target.value}"]`), event.target);
  });

  levels.addEventListener("dragstart", (event) => {
    dragged = event.target.closest(".piece");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.row);
  });
  levels.addEventListener("dragend", () => {
    dragged = null;
    aim(null);
  });
  levels.addEventListener("dragover", (event) => {
    const place = event.target.closest("[data-place]");
    if (!dragged || !place) return;
    event.preventDefault();
    aim(place);
  });
  levels.addEventListener("drop", (event) => {
    const place = event.target.closest("[data-place]");
    if (!dragged || !place) return;
    event.preventDefault();
    const select = dragged.querySelector("select");
    if (select.value === place.dataset.place) return;
    select.value = place.dataset.place;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// Chosen before this file had loaded; htmx, which tells the effect, listens from this event on.
document.addEventListener("DOMContentLoaded", () => {
  for (const select of levels?.querySelectorAll(".piece select") ?? []) {
    if (select.value !== select.closest("[data-place]").dataset.place) select.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

function put(piece, place, select) {
  const isHere = document.activeElement === select;
  place.querySelector(".pieces").append(piece);
  for (const one of levels.querySelectorAll("[data-place]")) {
    one.querySelector("[data-count]").textContent = one.querySelectorAll(".piece").length;
  }
  if (isHere || dragged) select.focus();
  status.textContent = status.dataset.movedTo
    .replace("%(what)s", piece.querySelector(".grow").firstChild.textContent)
    .replace("%(where)s", place.querySelector("h2").textContent);
}

function aim(place) {
  for (const one of levels.querySelectorAll("[data-place]")) one.classList.toggle("aimed", one === place);
}
