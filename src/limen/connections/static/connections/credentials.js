// Secrets on demand. A form with data-fetch asks the server, which records it; what comes back is shown
// in place (data-shows="id") or put on the clipboard (data-copies="Name"). Without this file the forms
// are sent as they are: the page comes again with the secret, and the variables come as a file.
const masks = new Map();

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-fetch]");
  if (!form) return;
  event.preventDefault();
  if (form.dataset.shows) await toggle(form);
  else await copy(form);
});

for (const form of document.querySelectorAll("form[data-fetch]")) {
  form.hidden = false;
  const label = form.querySelector("[data-label]");
  if (label) label.textContent = label.dataset.label;
}

async function fetched(form) {
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "text/plain" } });
  // The sign-in page is no secret.
  if (!answer.ok || answer.redirected) throw new Error(`status ${answer.status}`);
  return answer.text();
}

async function toggle(form) {
  const place = document.getElementById(form.dataset.shows);
  const button = form.querySelector("button");
  const words = button.querySelector("span");
  if (masks.has(form)) {
    const mask = masks.get(form);
    masks.delete(form);
    [place.textContent, words.textContent] = [mask.text, mask.words];
    button.setAttribute("aria-label", mask.label);
    return;
  }
  try {
    const secret = await fetched(form);
    masks.set(form, { text: place.textContent, words: words.textContent, label: button.getAttribute("aria-label") });
    [place.textContent, words.textContent] = [secret, form.dataset.hide];
    button.setAttribute("aria-label", button.dataset.hideLabel);
  } catch {
    failed();
  }
}

async function copy(form) {
  const text = fetched(form);
  try {
    // The clipboard is opened at once and filled when the answer is there: some browsers refuse it later.
    const blob = text.then((got) => new Blob([got], { type: "text/plain" }));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    tell(form.dataset.copied, "ok");
  } catch {
    // No such clipboard here (plain http): the shell's copy button knows the old way.
    await text.then((got) => pressCopyButton(form, got), failed);
  }
}

function pressCopyButton(form, text) {
  const button = form.querySelector("[data-copy]");
  button.dataset.copy = text;
  button.click();
  button.dataset.copy = "";
}

function failed() {
  tell(document.getElementById("toasts").dataset.failed, "error");
}

function tell(text, tone) {
  document.body.dispatchEvent(new CustomEvent("toast", { detail: { text, tone } }));
}
