// Toasts: what the server left in the region on this page, what an answer to htmx says in its
// HX-Trigger header ("toast": {text, tone}), and what other scripts tell by an event of that name.
const region = document.getElementById("toasts");
const FOR = 6000;

function show(text, tone = "") {
  const toast = document.createElement("div");
  toast.className = `toast ${tone}`;
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "×";
  close.setAttribute("aria-label", region.dataset.close);
  close.addEventListener("click", () => toast.remove());
  toast.append(words, close);
  // What went wrong is said at once, and stays until it is closed.
  const wrong = /\b(error|bad)\b/.test(tone);
  if (wrong) toast.setAttribute("role", "alert");
  region.append(toast);
  if (!wrong) fade(toast);
}

function fade(toast) {
  let timer = setTimeout(() => toast.remove(), FOR);
  const hold = () => clearTimeout(timer);
  const letGo = () => { timer = setTimeout(() => toast.remove(), FOR / 2); };
  for (const begin of ["mouseenter", "focusin"]) toast.addEventListener(begin, hold);
  for (const end of ["mouseleave", "focusout"]) toast.addEventListener(end, letGo);
}

if (region) {
  // A live region is read out when it changes, not when it arrives: put its words in again.
  const left = [...region.querySelectorAll("[data-toast]")];
  const told = left.map((toast) => [toast.textContent, toast.className.replace("toast", "").trim()]);
  left.forEach((toast) => toast.remove());
  setTimeout(() => told.forEach(([text, tone]) => show(text, tone)), 50);
  document.body.addEventListener("toast", (event) => show(event.detail.text, event.detail.tone));
  document.body.addEventListener("htmx:responseError", () => show(region.dataset.failed, "error"));
  document.body.addEventListener("htmx:sendError", () => show(region.dataset.offline, "error"));
}
