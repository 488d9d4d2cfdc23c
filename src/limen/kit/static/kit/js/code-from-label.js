// A code follows its label until somebody types into the code: data-code-of="id of the label" on the code's input.
// The rule is the server's own (kit/text.py, code_from_label). Forms may come by htmx, so all is listened for above them.
const LONGEST = 100;
const seen = new WeakSet();
const byHand = new WeakSet();

export function codeFromLabel(label) {
  // By code points, so that an emoji becomes one underscore; ASCII letters only are made small,
  // so that no language's idea of a small I comes into it.
  const kept = [...label]
    .filter((character) => character !== " ")
    .map((character) => (/^[0-9A-Za-z_]$/.test(character) ? smallAscii(character) : "_"));
  return kept.slice(0, LONGEST).join("");
}

function smallAscii(character) {
  return /[A-Z]/.test(character) ? String.fromCharCode(character.charCodeAt(0) + 32) : character;
}

function prepare() {
  for (const code of document.querySelectorAll("[data-code-of]")) {
    if (seen.has(code)) continue;
    seen.add(code);
    const made = codeFromLabel(document.getElementById(code.dataset.codeOf).value);
    // A form that came back from the server may hold a code typed by hand.
    if (code.value !== "" && code.value !== made) byHand.add(code);
    // What was typed before this script had loaded follows now.
    else if (code.value !== made) follow(code, made);
    // With this script a code that was emptied by hand stays empty, and is missing.
    code.required = true;
  }
}

function follow(code, made) {
  code.value = made;
  code.dispatchEvent(new CustomEvent("generated", { bubbles: true }));
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-code-of]")) byHand.add(event.target);
  const code = event.target.id && document.querySelector(`[data-code-of="${event.target.id}"]`);
  if (code && !byHand.has(code)) follow(code, codeFromLabel(event.target.value));
});
document.body.addEventListener("htmx:afterSettle", prepare);
prepare();
