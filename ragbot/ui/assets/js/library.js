// The library: every document, found and ordered by the server; a document opens in the panel over it.
const library = { asked: 0, typing: 0 };
const libraryDialog = () => byId("library");

async function listLibrary() {
  const number = ++library.asked;
  const list = byId("library-list");
  const count = libraryDialog().querySelector(".library-count");
  if (!list.firstElementChild) list.textContent = libraryDialog().dataset.loading;
  let shown = { html: "", count: "" };
  try {
    shown = await server.library({ find: byId("library-find").value, order: byId("library-order").value });
  } catch {
    shown = null;
  }
  if (number !== library.asked) return; // another list was wanted meanwhile
  list.innerHTML = shown ? shown.html : "";
  if (!shown) list.textContent = libraryDialog().dataset.failed;
  count.textContent = shown ? shown.count : "";
  list.scrollTop = 0;
}

async function listSections(details) {
  const inner = details.querySelector("div");
  if (!details.open || inner.firstElementChild) return;
  try {
    inner.innerHTML = await server.sections({ document: details.dataset.sectionsOf });
  } catch {
    inner.textContent = libraryDialog().dataset.failed;
  }
}

document.addEventListener("toggle", ({ target }) => target.matches?.("[data-sections-of]") && listSections(target), true);
document.addEventListener("input", ({ target }) => {
  if (target.id !== "library-find" && target.id !== "library-order") return;
  clearTimeout(library.typing);
  library.typing = setTimeout(listLibrary, target.id === "library-find" ? 150 : 0);
});
document.addEventListener("submit", (event) => event.target.closest?.("#library") && event.preventDefault());
document.addEventListener("ragbot:opened", (event) => {
  if (event.detail.id !== "library") return;
  byId("library-title").focus();
  listLibrary();
});
