// The code of a new connection follows its label until somebody types into the code.
// The rule is the server's own (connections/rules/connection.py, code_from_label).
const LONGEST = 100;

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

const label = document.getElementById("id_label");
const code = document.getElementById("id_code");

// A form that came back from the server may hold a code typed by hand.
let byHand = code.value !== "" && code.value !== codeFromLabel(label.value);

// What was typed before this script had loaded follows now: a code typed by then was typed by hand.
if (!byHand && code.value !== codeFromLabel(label.value)) follow();

code.addEventListener("input", () => { byHand = true; });
label.addEventListener("input", () => { if (!byHand) follow(); });

function follow() {
  code.value = codeFromLabel(label.value);
  code.dispatchEvent(new CustomEvent("generated", { bubbles: true }));
}

// With this script a code that was emptied by hand stays empty, and is missing.
code.required = true;
