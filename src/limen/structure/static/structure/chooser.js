// A chooser in a form: Enter in its search searches, and does not send the form.
// Its list comes by htmx; the button that does it without this file is hidden.
for (const chooser of document.querySelectorAll("[data-chooser]")) {
  chooser.querySelector("[data-look]").hidden = true;
  const search = chooser.querySelector("input[type=search]");
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  // Typed before the scripts had loaded; htmx listens from this event on.
  document.addEventListener("DOMContentLoaded", () => {
    if (search.value !== search.defaultValue) search.dispatchEvent(new Event("search"));
  });
}
