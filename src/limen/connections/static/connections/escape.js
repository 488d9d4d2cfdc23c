// Escape on a full-screen page is the cross: it leads back, and nothing is saved.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
  document.querySelector("a[data-escape]").click();
});
