// A label or a code is judged while it is typed: as long as something is wrong the field is invalid
// for the browser, and once it was edited by hand the reason stands below it.
// The rules and their words are the server's, who judges again.
const SHORTEST = 3;
const LONGEST = 100;

function amiss(input) {
  const length = [...input.value.trim()].length;
  if (length === 0) return input.required ? input.dataset.missing : "";
  if (length < SHORTEST) return input.dataset.short;
  if (length > LONGEST) return input.dataset.long;
  if (input.pattern && !new RegExp(`^(?:${input.pattern})$`).test(input.value.trim())) return input.dataset.invalid;
  return "";
}

function show(input, message) {
  const id = `${input.id}_error`;
  const place = document.getElementById(id) ?? newPlace(input, id);
  place.textContent = message;
  place.hidden = message === "";
  if (message) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

function newPlace(input, id) {
  const place = document.createElement("div");
  place.className = "error";
  place.id = id;
  // Spoken when it changes, and tied to the field for whoever comes back to it.
  place.setAttribute("aria-live", "polite");
  input.closest(".field").append(place);
  input.setAttribute("aria-describedby", [input.getAttribute("aria-describedby"), id].filter(Boolean).join(" "));
  return place;
}

for (const input of document.querySelectorAll("input[data-missing]")) {
  // Empty places from the start: a live region that arrives together with its words is not read out.
  if (!document.getElementById(`${input.id}_error`)) show(input, "");
  const judge = () => input.setCustomValidity(amiss(input));
  judge();
  // Typed before this file had loaded; a code may have been made from the label meanwhile.
  if (input.value !== input.defaultValue && !input.dataset.codeOf) show(input, amiss(input));
  input.addEventListener("input", () => { judge(); show(input, amiss(input)); });
  // A code made from the label: whatever was said about the former one is void.
  input.addEventListener("generated", () => { judge(); show(input, ""); });
}
