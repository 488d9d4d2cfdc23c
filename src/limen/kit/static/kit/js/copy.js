// Copy buttons: data-copy is "#id" of an element (its value or text) or the text itself; data-copied is
// what the toast says. The buttons show only when this file has run (see button.css).
document.documentElement.dataset.copies = "";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const done = await put(textOf(button.dataset.copy), button);
  if (done) tell(button);
});

function textOf(source) {
  const element = source.startsWith("#") ? document.getElementById(source.slice(1)) : null;
  if (!element) return source;
  return element.value ?? element.textContent.trim();
}

async function put(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard over plain http on another host than localhost: select and copy as in old days.
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    button.after(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    button.focus();
    return done;
  }
}

function tell(button) {
  const detail = { text: button.dataset.copied, tone: "ok" };
  document.body.dispatchEvent(new CustomEvent("toast", { detail }));
}
