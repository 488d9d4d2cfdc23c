// The picture that was chosen is shown before it is saved, wherever the present one stands (data-face).
// A file that cannot be a picture is not taken; the server looks at what is in it.
const input = document.getElementById("id_image");
const remove = document.getElementById("id_remove_image");
const faces = [...document.querySelectorAll("[data-face]")].map((face) => ({ face, saved: [...face.childNodes] }));

function choose() {
  const file = input.files[0];
  const refusal = file ? whyNot(file) : "";
  if (refusal) {
    input.value = "";
    // So that what was there before is no unsaved change.
    input.dispatchEvent(new Event("input", { bubbles: true }));
    document.body.dispatchEvent(new CustomEvent("toast", { detail: { text: refusal, tone: "error" } }));
  }
  show();
}
input.addEventListener("change", choose);
remove?.addEventListener("change", show);

function whyNot(file) {
  const endings = input.accept.split(",");
  if (!endings.some((ending) => file.name.toLowerCase().endsWith(ending))) return input.dataset.wrongName;
  return file.size > Number(input.dataset.mostBytes) ? input.dataset.tooLarge : "";
}

function show() {
  const file = input.files[0];
  if (file) {
    const reader = new FileReader();
    // As data: the policy lets a page show no other picture that is not the server's.
    reader.addEventListener("load", () => { if (input.files[0] === file) draw(reader.result); });
    reader.readAsDataURL(file);
  } else if (remove?.checked) {
    for (const { face } of faces) face.replaceChildren(face.dataset.initials);
  } else {
    back();
  }
}

function draw(source) {
  for (const { face } of faces) {
    const picture = new Image();
    picture.alt = "";
    // Some formats that the server can read no browser can show.
    picture.addEventListener("error", back);
    picture.src = source;
    face.replaceChildren(picture);
  }
}

function back() {
  for (const { face, saved } of faces) face.replaceChildren(...saved);
}

// What was chosen before this file had loaded.
if (input.files.length > 0 || remove?.checked) choose();
