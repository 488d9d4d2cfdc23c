// Dialogs: whatever has data-dialog="id" opens the dialog with that id instead of following its link;
// data-close inside, Escape, or a click beside it closes it.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (!dialog?.showModal) return;
    event.preventDefault();
    dialog.showModal();
    return;
  }
  const dialog = event.target.closest("dialog");
  if (!dialog) return;
  if (event.target.closest("[data-close]") || isBeside(dialog, event)) dialog.close();
});

function isBeside(dialog, event) {
  // The backdrop belongs to the dialog; a key press on a button has no place (0, 0).
  if (event.target !== dialog || (event.clientX === 0 && event.clientY === 0)) return false;
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
