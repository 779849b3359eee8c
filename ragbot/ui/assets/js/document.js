// Inside the panel: the way back to the quote, the contents and the section in sight, the page as a picture.
function scrollBodyTo(target, share = 0) {
  const body = passageBody();
  const above = (body.querySelector(".where")?.offsetHeight ?? 0) + 16; // nothing may lie under the bar that stays
  body.scrollTop += target.getBoundingClientRect().top - body.getBoundingClientRect().top - above - body.clientHeight * share;
}

function toQuote() {
  const marked = passageBody().querySelector(".document mark");
  if (!marked) return;
  showText();
  const headings = [...passageBody().querySelectorAll(".document [id^='section-']")];
  const heading = headings.findLast((one) => one.compareDocumentPosition(marked) & Node.DOCUMENT_POSITION_FOLLOWING);
  const gap = heading ? marked.getBoundingClientRect().top - heading.getBoundingClientRect().top : Infinity;
  gap < passageBody().clientHeight / 3 ? scrollBodyTo(heading) : scrollBodyTo(marked, 0.2); // its heading in sight too
  tellSection();
}

function backToQuote() {
  byId("passage-title")?.focus({ preventScroll: true }); // the button is about to vanish
  if (showsPicture()) showPicture(+passageBody().querySelector("[data-picture]").dataset.picture);
  else if (passageBody().querySelector("[data-elsewhere]")) showPlace({ ...panel.shown, at: null });
  else toQuote();
}

function openSection(button) {
  button.closest("details").open = false;
  const start = button.dataset.heading;
  if (showsPicture()) return showPicture(+button.dataset.page);
  const heading = byId(`section-${start}`);
  if (!heading) return showPlace({ ...panel.shown, at: +start }); // not in the part that is shown
  scrollBodyTo(heading);
  heading.focus({ preventScroll: true });
  tellSection();
}

// The last heading that has gone past the upper edge is the section in sight.
function tellSection() {
  const body = passageBody();
  const where = body.querySelector(".where");
  if (!where) return;
  const edge = where.getBoundingClientRect().bottom + 24;
  const passed = [...body.querySelectorAll(".document [id^='section-']")].filter((one) => one.getBoundingClientRect().top <= edge);
  const now = passed.at(-1)?.id.slice("section-".length);
  const here = where.querySelector(".here");
  for (const entry of where.querySelectorAll(".entry")) {
    if (entry.dataset.heading === now) entry.setAttribute("aria-current", "location");
    else entry.removeAttribute("aria-current");
  }
  if (here) here.textContent = where.querySelector("[aria-current]")?.textContent ?? "";
  const marks = [...body.querySelectorAll(".document mark")];
  const low = (body.querySelector(".foot") ?? body).getBoundingClientRect().bottom - (body.querySelector(".foot")?.offsetHeight ?? 0);
  const boxes = marks.map((one) => one.getBoundingClientRect());
  const inSight = boxes.some((box) => box.height && box.bottom > edge - 24 && box.top < low);
  const page = body.querySelector(".picture:not([hidden]) [data-page]")?.dataset.page;
  const other = page !== undefined && page !== body.querySelector("[data-picture]").dataset.picture;
  const away = body.querySelector("[data-elsewhere]") !== null || (marks.length > 0 && !inSight);
  where.querySelector("[data-to-quote]").hidden = showsPicture() ? !other : !away;
}

let telling = 0;
function tellSectionSoon() {
  cancelAnimationFrame(telling);
  telling = requestAnimationFrame(tellSection);
}

function showsPicture() {
  return passageBody().querySelector(".picture:not([hidden])") !== null;
}

function showText() {
  const view = passageBody().querySelector(".picture");
  if (!view || view.hidden) return;
  view.hidden = true;
  view.textContent = "";
  passageBody().querySelector(".document").hidden = false;
  passageBody().querySelector("[data-picture]").setAttribute("aria-pressed", "false");
}

const small = matchMedia("(max-width: 480px)"); // a whole page is too small to read there
async function showPicture(page) {
  const body = passageBody();
  const tools = body.querySelector(".foot");
  const view = body.querySelector(".picture");
  const place = panel.shown;
  const first = !view.querySelector(".page-picture");
  const large = view.querySelector("[data-enlarge][aria-pressed='true']") !== null;
  view.hidden = false;
  body.querySelector("[data-picture]").setAttribute("aria-pressed", "true");
  body.querySelector(".document").hidden = true;
  if (!view.firstElementChild) view.textContent = tools.dataset.drawing;
  say(tools.dataset.drawing);
  let html = null;
  try {
    html = await server.show_page({ ...place, page });
  } catch {
    html = null;
  }
  if (panel.shown !== place || view.hidden) return;
  view.innerHTML = html ?? "";
  if (html === null) view.textContent = tools.dataset.failed;
  if (view.querySelector("[data-no-picture]")) body.querySelector(".document").hidden = false;
  say(view.querySelector("figcaption, .finding") ?? view);
  if (large || (first && small.matches)) enlarge(view.querySelector("[data-enlarge]"));
  const box = view.querySelector("rect");
  box ? scrollBodyTo(box, 0.25) : scrollBodyTo(view);
  tellSection();
}

function enlarge(button) {
  const large = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(large));
  const sheet = button.closest(".page-picture").querySelector(".page-frame");
  sheet.classList.toggle("large", large);
  const box = sheet.querySelector("rect")?.getBoundingClientRect();
  if (large && box) sheet.scrollLeft += box.left - sheet.getBoundingClientRect().left - 16;
}

onPress("toQuote", backToQuote);
onPress("heading", openSection);
onPress("picture", (button) => (showsPicture() ? (showText(), toQuote()) : showPicture(+button.dataset.picture)));
onPress("pageTurn", (button) => button.getAttribute("aria-disabled") !== "true" && showPicture(+button.dataset.pageTurn));
onPress("enlarge", enlarge);
onPress("moreAt", (button) => showPlace({ ...panel.shown, at: +button.dataset.moreAt }));
onEscape(() => {
  const open = passageBody().querySelector(".contents[open]");
  if (!open) return false;
  open.open = false;
  open.querySelector("summary").focus();
  return true;
});
document.addEventListener("scroll", (event) => event.target === passageBody() && tellSectionSoon(), true);
document.addEventListener("click", (event) => {
  const open = passageBody()?.querySelector(".contents[open]");
  if (open && !open.contains(event.target)) open.open = false;
});
