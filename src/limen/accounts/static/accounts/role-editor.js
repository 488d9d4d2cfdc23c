// The role editor: a search over the permissions, and one button that gives a whole area. Both only tick and hide:
// what is saved are the boxes, as they are without this script.
const search = document.querySelector("[data-permission-search]");
const count = document.querySelector("[data-permission-count]");

for (const part of document.querySelectorAll("[data-needs-script]")) part.hidden = false;

search?.addEventListener("input", show);
// Enter in the search must not save the role.
search?.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});

for (const button of document.querySelectorAll("[data-grant-all]")) {
  button.addEventListener("click", () => {
    const area = button.closest("[data-area]");
    // What the search hides is not given: one sees what one gives.
    const boxes = [...area.querySelectorAll("input[type='checkbox']:enabled")].filter((box) => !box.closest("[hidden]"));
    for (const box of boxes) box.checked = true;
    boxes[0]?.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

function show() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const area of document.querySelectorAll("[data-area]")) {
    const title = area.querySelector("h3").textContent;
    let here = 0;
    for (const one of area.querySelectorAll("[data-permission]")) {
      one.hidden = !words.every((word) => `${title} ${textOf(one)}`.toLowerCase().includes(word));
      here += one.hidden ? 0 : 1;
    }
    area.hidden = here === 0;
    found += here;
  }
  count.textContent = found === 0 ? count.dataset.none : "";
}

function textOf(one) {
  const boxes = [...one.querySelectorAll("input")].map((box) => `${box.getAttribute("aria-label") ?? ""} ${box.value}`);
  return `${one.textContent} ${boxes.join(" ")}`;
}
