// Which documents are searched: chosen in a dialog, kept for this tab, shown over the question box.
const scopeKey = "ragbot:scope";
const scope = { chosen: {}, label: "", draft: new Set(), shown: null, asked: 0, typing: 0 };
const scopeDialog = () => byId("scope");

function searchedScope() {
  return scope.label ? scope.chosen : null; // null is everything
}

function recallScope() {
  try {
    const { chosen, label } = JSON.parse(sessionStorage.getItem(scopeKey));
    if (typeof label === "string" && label && typeof chosen === "object" && chosen) setScope(chosen, label);
  } catch {
    // nothing kept, nothing allowed to be kept, or not by us
  }
}

function setScope(chosen, label) {
  scope.chosen = label ? chosen : {};
  scope.label = label;
  try {
    sessionStorage.setItem(scopeKey, JSON.stringify({ chosen: scope.chosen, label }));
  } catch {
    // the scope lasts until the page is left
  }
  const line = element.querySelector(".scope-line");
  line.querySelector("b").textContent = label || line.dataset.everything;
  line.classList.toggle("narrowed", label !== "");
  line.querySelector("[data-scope-clear]").hidden = label === "";
}

function clearScope(button) {
  const opens = element.querySelector(".scope-open");
  setScope({}, "");
  if (scopeDialog().open) scopeDialog().close();
  else if (button?.closest(".scope-line")) opens.focus();
  say(opens.textContent);
}

async function fillScope() {
  const body = scopeDialog().querySelector(".scope-body");
  body.textContent = scopeDialog().dataset.loading;
  scope.draft = new Set(scope.chosen.documents ?? []);
  byId("scope-title").focus();
  try {
    body.innerHTML = await server.scope_form({ scope: scope.chosen });
  } catch {
    body.textContent = scopeDialog().dataset.failed;
  }
  await tellScope();
}

function draftedScope() {
  const body = scopeDialog().querySelector(".scope-body");
  const kinds = [...body.querySelectorAll("[name=kind]:checked")].map((box) => box.value);
  const drafted = { documents: [...scope.draft], kinds, since: byId("scope-since")?.value };
  return Object.fromEntries(Object.entries(drafted).filter(([, value]) => value?.length));
}

// What the server says of the scope as it stands in the dialog; only its last word counts.
async function tellScope() {
  const number = ++scope.asked;
  const chosen = draftedScope();
  const line = scopeDialog().querySelector(".scope-count");
  let shown = null;
  try {
    shown = await server.scope_chosen({ scope: chosen });
  } catch {
    shown = null;
  }
  if (number !== scope.asked) return;
  scope.shown = shown && { chosen, label: shown.label, nothing: shown.nothing };
  line.textContent = shown ? shown.count : scopeDialog().dataset.failed;
  line.classList.toggle("warning", !shown || shown.nothing);
}

async function findInScope(find) {
  const list = byId("scope-list");
  try {
    const html = await server.scope_documents({ find, scope: { documents: [...scope.draft] } });
    if (byId("scope-find")?.value === find) drawFound(list, html);
  } catch {
    list.textContent = scopeDialog().dataset.failed;
  }
}

// A box may have been ticked since the list was asked for.
function drawFound(list, html) {
  const focused = list.contains(document.activeElement) ? document.activeElement.value : null;
  list.innerHTML = html;
  for (const box of list.querySelectorAll("[name=document]")) {
    box.checked = scope.draft.has(box.value);
    if (box.value === focused) box.focus();
  }
}

async function finishScope() {
  await tellScope();
  if (!scope.shown || scope.shown.nothing) return; // the line says why
  setScope(scope.shown.chosen, scope.shown.label);
  scopeDialog().close();
  say(element.querySelector(".scope-open").textContent);
}

onPress("scopeClear", clearScope);
onPress("everywhere", clearScope);
document.addEventListener("change", ({ target }) => {
  if (!target.closest?.("#scope")) return;
  if (target.name === "document") target.checked ? scope.draft.add(target.value) : scope.draft.delete(target.value);
  if (target.id !== "scope-find") tellScope();
});
document.addEventListener("input", ({ target }) => {
  if (target.id !== "scope-find") return;
  clearTimeout(scope.typing);
  scope.typing = setTimeout(() => findInScope(target.value), 150);
});
document.addEventListener("submit", (event) => {
  if (!event.target.closest?.("#scope")) return;
  event.preventDefault();
  if (document.activeElement?.id !== "scope-find") finishScope(); // Enter while finding only finds
});
document.addEventListener("ragbot:opened", (event) => event.detail.id === "scope" && fillScope());
recallScope();
