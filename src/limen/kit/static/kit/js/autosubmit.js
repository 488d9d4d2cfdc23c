// A choice that takes effect at once: data-autosubmit on a select or on its form.
// The button with data-submit that does it without this file is hidden (see button.css).
document.documentElement.dataset.autosubmits = "";

document.addEventListener("change", (event) => {
  if (event.target.closest("[data-autosubmit]")) event.target.form?.requestSubmit();
});
