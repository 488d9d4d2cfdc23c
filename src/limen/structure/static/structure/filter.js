// A search over what is on the page already: [data-filter="id"] holds the input and narrows [data-row] inside #id.
// Groups of rows ([data-rows]) hide with the last of theirs. It only hides: what is sent are all fields.
for (const box of document.querySelectorAll("[data-filter]")) {
  const [input, status] = [box.querySelector("input"), box.querySelector("[data-none]")];
  const place = document.getElementById(box.dataset.filter);
  box.hidden = false;
  input.addEventListener("keydown", (event) => {
    // Enter in the search must not send the form.
    if (event.key === "Enter") event.preventDefault();
  });
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const row of place.querySelectorAll("[data-row]")) {
      const text = row.dataset.row.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      found += row.hidden ? 0 : 1;
    }
    for (const rows of place.querySelectorAll("[data-rows]")) rows.hidden = !rows.querySelector("[data-row]:not([hidden])");
    status.textContent = found === 0 ? status.dataset.none : "";
  });
}
