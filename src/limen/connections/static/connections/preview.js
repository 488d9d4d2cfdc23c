// The door that is being made, as the list will show it. Only for the eyes, and only with this file.
const preview = document.querySelector("[data-preview]");
const label = document.getElementById("id_label");
const code = document.getElementById("id_code");

// The server's rule is `initials` in views/listing.py.
function initials(text) {
  const words = text.trim().split(/\s+/);
  const letters = words.length === 1 ? [...words[0]].slice(0, 2) : [[...words[0]][0], [...words[1]][0]];
  return letters.join("").toUpperCase();
}

function draw() {
  preview.querySelector("[data-initials]").textContent = initials(label.value);
  preview.querySelector("[data-label]").textContent = label.value.trim();
  preview.querySelector("[data-code]").textContent = code.value;
}

for (const change of ["input", "generated"]) document.addEventListener(change, draw);
draw();
preview.hidden = false;
