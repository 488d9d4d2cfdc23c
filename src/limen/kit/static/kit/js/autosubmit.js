// A choice that takes effect at once: data-autosubmit on a select or on its form.
// The button with data-submit that does it without this file is hidden (see button.css), so what was chosen,
// or typed into a search, before the scripts had loaded takes effect as soon as they have.
document.documentElement.dataset.autosubmits = "";

document.addEventListener("change", (event) => {
  if (event.target.closest("[data-autosubmit]")) event.target.form?.requestSubmit();
});

function differs(control) {
  if (control.type === "checkbox") return control.checked !== control.defaultChecked;
  if (control.options) {
    const options = [...control.options];
    const came = options.findLast((one) => one.defaultSelected) ?? options.find((one) => !one.disabled);
    return came !== undefined && !came.selected;
  }
  return control.type === "search" && control.value !== control.defaultValue;
}

// After htmx, which takes up its forms at the same event.
document.addEventListener("DOMContentLoaded", () => {
  // When one goes back or loads again it is the browser that fills in what was left.
  if (performance.getEntriesByType("navigation")[0]?.type !== "navigate") return;
  const late = [...document.querySelectorAll("[data-autosubmit], [data-autosubmit] *, form[role=search][hx-get] *")].filter(differs);
  for (const form of new Set(late.map((control) => control.form))) form?.requestSubmit();
});
