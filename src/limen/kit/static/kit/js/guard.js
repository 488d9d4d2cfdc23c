// Unsaved changes: a form with data-guard asks before its page is left with something typed and not sent.
// An element with data-unsaved (hidden at first) shows while there is.
const guarded = new Map();

for (const form of document.querySelectorAll("form[data-guard]")) {
  // A form that came back with errors, or from a conflict, holds what was typed and not saved.
  const cameBack = "dirty" in form.dataset || form.querySelector("[aria-invalid='true']");
  guarded.set(form, cameBack ? null : savedStateOf(form));
  form.addEventListener("submit", () => guarded.delete(form));
  for (const change of ["input", "change"]) document.addEventListener(change, mark);
}
mark();

window.addEventListener("beforeunload", (event) => {
  if (isChanged()) event.preventDefault();
});

function stateOf(form) {
  return new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, value.name ?? value])).toString();
}

// What was typed before this file had loaded is not saved: what is, is what the page came with.
function savedStateOf(form) {
  const copy = document.createElement("form");
  copy.append(...[...form.elements].filter((one) => one.name && !one.matches(":disabled")).map((one) => one.cloneNode(true)));
  copy.reset();
  return stateOf(copy);
}

function isChanged() {
  return [...guarded].some(([form, before]) => form.isConnected && stateOf(form) !== before);
}

function mark() {
  const changed = isChanged();
  for (const sign of document.querySelectorAll("[data-unsaved]")) sign.hidden = !changed;
}
