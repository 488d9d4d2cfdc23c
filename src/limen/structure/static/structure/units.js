// A new measurement: only the units of the chosen family are offered. Without this file all are, under their families.
const family = document.querySelector("select[name=metric_family]");
const unit = document.querySelector("select[name=default_metric_unit]");

if (family && unit) {
  const groups = [...unit.querySelectorAll("optgroup")];
  const offer = () => {
    const chosen = family.selectedOptions[0];
    const label = chosen.value && chosen.textContent;
    const own = groups.find((group) => group.label === label);
    for (const group of groups) group.remove();
    if (own) unit.append(own);
    if (!own?.contains(unit.selectedOptions[0])) unit.value = "";
  };
  family.addEventListener("change", offer);
  offer();
}
