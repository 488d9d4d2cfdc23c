// Steps in a form: what they change comes back from the server by htmx, and nothing is saved yet.
// Enter in a search for what to add does not send the form, and after a step the focus stays in its list.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-step-search]")) event.preventDefault();
});

document.body.addEventListener("htmx:afterSettle", (event) => {
  if (document.activeElement === document.body) event.detail.elt.focus({ preventScroll: true });
  // The guard looks at what is typed when something was.
  event.detail.elt.dispatchEvent(new Event("change", { bubbles: true }));
});
