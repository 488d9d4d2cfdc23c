// A tree of categories: arrow keys walk it, levels are loaded when they are opened.
// Without this file each toggle is a link to the page with that category open.
const itemOf = (element) => element.closest?.("[role=treeitem]");
const levelOf = (item) => item.querySelector(":scope > [role=group]");
const isOpen = (item) => item.getAttribute("aria-expanded") === "true";

let current = "";

// Every item in sight, from top to bottom.
function shown(tree) {
  return [...tree.querySelectorAll("[role=treeitem]")].filter((item) => !item.parentElement.closest("[hidden]"));
}

function prepare() {
  for (const sign of document.querySelectorAll("[data-with-script]")) sign.hidden = false;
  for (const tree of document.querySelectorAll("[data-tree]")) {
    // One stop of Tab for the whole tree: the item that was visited last, and what is in it.
    for (const inside of tree.querySelectorAll("[role=treeitem], .node a, .further a")) inside.tabIndex = -1;
    const items = shown(tree);
    stopAt(items.find((item) => item.id === current) ?? items[0]);
  }
}

function stopAt(item) {
  const tree = item?.closest("[data-tree]");
  if (!tree) return;
  for (const stop of tree.querySelectorAll("[tabindex='0']")) stop.tabIndex = -1;
  current = item.id;
  for (const stop of [item, ...item.querySelectorAll(":scope > .node .acts a")]) stop.tabIndex = 0;
}

function goTo(item) {
  if (!item) return;
  stopAt(item);
  item.focus();
}

async function toggle(item, open = !isOpen(item)) {
  const link = item.querySelector(":scope > .node [data-toggle]");
  if (!link || open === isOpen(item)) return;
  if (open && !levelOf(item)) await window.htmx.ajax("GET", link.dataset.toggle, { target: item, swap: "beforeend" });
  const level = levelOf(item);
  // It could not be loaded: a toast says so.
  if (!level) return;
  level.hidden = !open;
  item.setAttribute("aria-expanded", open);
  prepare();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-toggle]");
  if (!link) return;
  event.preventDefault();
  toggle(itemOf(link));
});

document.addEventListener("focusin", (event) => {
  const item = itemOf(event.target);
  if (item) stopAt(item);
});

document.addEventListener("keydown", (event) => {
  const item = event.target;
  if (!item.matches?.("[data-tree] [role=treeitem]") || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
  const items = shown(item.closest("[data-tree]"));
  const walk = {
    ArrowDown: () => goTo(items[items.indexOf(item) + 1]),
    ArrowUp: () => goTo(items[items.indexOf(item) - 1]),
    ArrowRight: () => (isOpen(item) ? goTo(levelOf(item).querySelector("[role=treeitem]")) : toggle(item, true)),
    ArrowLeft: () => (isOpen(item) ? toggle(item, false) : goTo(itemOf(item.parentElement))),
    Home: () => goTo(items[0]),
    End: () => goTo(items.at(-1)),
    Enter: () => item.querySelector("[data-open]").click(),
  }[event.key];
  if (!walk) return;
  event.preventDefault();
  walk();
});

// Whatever comes back for the tree has what was open in it open again.
document.body.addEventListener("htmx:configRequest", (event) => {
  const { elt, target, parameters } = event.detail;
  if (target.id !== "list" || elt.matches("[role=search]")) return;
  const open = [...document.querySelectorAll("[data-tree] [aria-expanded=true]")].map((item) => item.dataset.code);
  parameters.open = open.filter((code) => !document.getElementById(`at-${code}`).parentElement.closest("[hidden]"));
});
document.body.addEventListener("htmx:afterSettle", prepare);
prepare();
