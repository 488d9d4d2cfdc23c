// What has no direction cannot be tracked: with the flow type "other" the box is off and cannot be ticked.
// Coming back from there does not tick it again.
const box = document.getElementById("id_auditable");
const flowTypes = document.querySelectorAll("input[name='flow_type']");

function follow() {
  const trackable = document.querySelector("input[name='flow_type']:checked")?.value !== "other";
  box.disabled = !trackable;
  if (!trackable && box.checked) {
    box.checked = false;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

for (const one of flowTypes) one.addEventListener("change", follow);
follow();
