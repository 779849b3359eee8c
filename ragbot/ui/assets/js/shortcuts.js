// Single keys, for those who work without a mouse. They do nothing in text fields, while a dialog is open, together
// with Ctrl, Alt or Meta, or when the visitor has switched them off. A piece adds its own with onKey(name, act); which
// key that is says the data of the list's dialog.
const keyActs = new Map();
const SINGLE_KEYS_OFF = "ragbot-single-keys-off";
const remembered = (() => {
  try {
    return localStorage;
  } catch {
    return sessionless(); // storage is forbidden here: remembered as long as the page is open
  }
})();

function sessionless() {
  const values = new Map();
  return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => values.set(key, value) };
}

function onKey(name, act) {
  keyActs.set(name, act);
}

// The turn that is being read: the one that holds the focus, or the last.
function currentTurn() {
  const turns = [...document.querySelectorAll("#conversation .turn")];
  const focused = document.activeElement?.closest("#conversation .turn");
  return { turns, at: focused ? turns.indexOf(focused) : turns.length };
}

function goToTurn(step) {
  const { turns, at } = currentTurn();
  const turn = turns[Math.min(Math.max(0, at + step), turns.length - 1)];
  if (!turn) return;
  const heading = turn.querySelector(".asked");
  if (!heading.hasAttribute("tabindex")) heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  bring(turn);
}

onKey("help", () => openDialog("shortcuts"));
onKey("question", () => box.focus());
onKey("next", () => goToTurn(1));
onKey("previous", () => goToTurn(-1));
onKey("open", () => {
  const { turns, at } = currentTurn();
  turns[Math.min(at, turns.length - 1)]?.querySelector(".show")?.click();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog:modal")) return;
  if (remembered.getItem(SINGLE_KEYS_OFF)) return;
  const name = Object.entries(byId("shortcuts").dataset).find(([, key]) => key === event.key)?.[0];
  if (!keyActs.has(name)) return;
  event.preventDefault();
  keyActs.get(name)();
});
document.addEventListener("change", (event) => {
  if (event.target.id === "single-keys") remembered.setItem(SINGLE_KEYS_OFF, event.target.checked ? "" : "yes");
});
document.addEventListener("ragbot:opened", (event) => {
  if (event.detail.id === "shortcuts") byId("single-keys").checked = !remembered.getItem(SINGLE_KEYS_OFF);
});
