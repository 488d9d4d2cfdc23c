// Save is there to be pressed only when it would save something: data-save="valid" asks for a valid
// form, data-save="changed" for one that also differs from what is saved.
const form = document.querySelector("form[data-save]");
const button = document.querySelector("[data-save-button]");

function isChanged(control) {
  if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
  if (control.options) return [...control.options].some((option) => option.selected !== option.defaultSelected) && !isFirst(control);
  return control.type !== "hidden" && "defaultValue" in control && control.value !== control.defaultValue;
}

// A select that nobody marked shows its first option, which then is the saved one.
function isFirst(select) {
  return select.selectedIndex === 0 && ![...select.options].some((option) => option.defaultSelected);
}

function update() {
  const worthIt = form.dataset.save === "valid" || "dirty" in form.dataset || [...form.elements].some(isChanged);
  button.disabled = !(worthIt && form.checkValidity());
}

for (const change of ["input", "change", "generated"]) {
  form.addEventListener(change, () => { queueMicrotask(update); });
}
// Saved once is enough: a second press while the first is on its way would save twice.
form.addEventListener("submit", () => { setTimeout(() => { button.disabled = true; }); });
// A page that the browser kept comes back with its button as it was when it was left.
window.addEventListener("pageshow", update);
update();
