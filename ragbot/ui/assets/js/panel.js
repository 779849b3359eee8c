// The panel that shows a document: beside the conversation, or as a sheet from below on narrow screens. Which document
// and which place of it a button opens stands in its data; the quotes of one answer can be gone through one by one.
const panel = {
  opener: null, // the button that opened it
  places: [], // the data of the buttons of this answer's quotes, in their order
  number: -1, // which of them is shown
  shown: null, // the place that is shown or on its way
};
const passage = () => byId("passage");
const passageBody = () => passage().querySelector(".panel-body");

function openPassage(button) {
  const quote = button.closest(".quote");
  const quotes = quote ? [...(button.closest(".card") ?? quote.parentElement).querySelectorAll(".quote")] : [];
  panel.places = quotes.map((one) => placeOf(one.querySelector("[data-document]")));
  panel.number = quotes.indexOf(quote);
  if (!passage().contains(button)) panel.opener = button;
  if (passage().open && !passage().matches(":modal") && document.querySelector("dialog:modal")) passage().close();
  if (!passage().open) unfold();
  showPlace(placeOf(button), { focus: true });
}

function placeOf(button) {
  const { document: name, start, end, at, sha256 = "", textSha256 = "" } = button.dataset;
  const number = (value) => (value === undefined ? null : +value);
  return { document: name, start: number(start), end: number(end), at: number(at), sha256, text_sha256: textSha256 };
}

async function showPlace(place, { focus = false } = {}) {
  panel.shown = place;
  tellPosition();
  const body = passageBody();
  body.setAttribute("aria-busy", "true");
  if (!body.firstElementChild) body.textContent = passage().dataset.loading;
  let html = null;
  try {
    html = await server.show_document(place);
  } catch {
    html = null;
  }
  if (panel.shown !== place) return; // another one was asked for meanwhile
  body.removeAttribute("aria-busy");
  body.innerHTML = html ?? "";
  if (html === null) body.textContent = passage().dataset.failed;
  if (focus) (body.querySelector("#passage-title") ?? body).focus({ preventScroll: true });
  body.scrollTop = 0;
  const here = body.querySelector("[data-here]");
  here ? scrollBodyTo(here) : toQuote();
  tellSection();
  document.dispatchEvent(new CustomEvent("ragbot:document", { detail: place }));
}

function tellPosition() {
  const steps = passage().querySelector(".steps");
  steps.hidden = panel.number < 0 || panel.places.length < 2;
  if (steps.hidden) return;
  const line = steps.querySelector(".position");
  const numbers = { number: panel.number + 1, total: panel.places.length };
  line.textContent = line.dataset.position.replace(/\{(\w+)\}/g, (_, name) => numbers[name]);
  for (const button of steps.querySelectorAll("[data-quote-step]")) {
    button.setAttribute("aria-disabled", String(!panel.places[panel.number + +button.dataset.quoteStep]));
  }
}

function step(button) {
  const place = panel.places[panel.number + +button.dataset.quoteStep];
  if (!place) return;
  panel.number += +button.dataset.quoteStep;
  showPlace(place);
}

function unfold() {
  const over = narrow.matches || document.querySelector("dialog:modal") !== null;
  over ? passage().showModal() : passage().show();
  document.body.classList.toggle("reading", !over);
}

function closePassage() {
  passage().close();
}

function closed() {
  if (passage().open) return; // it only changed from panel to sheet
  document.body.classList.remove("reading");
  passage().style.translate = "";
  panel.shown = null;
  passageBody().textContent = "";
  if (panel.opener?.isConnected) panel.opener.focus({ preventScroll: narrow.matches });
  panel.opener = null;
}

// The sheet's grip: pulled down by a quarter of the sheet it closes; the button and Escape do the same.
function pull(event) {
  const grip = event.target.closest?.("#passage .grip, #passage .panel-bar");
  if (!grip || !narrow.matches || event.target.closest("button")) return;
  const from = event.clientY;
  const move = ({ clientY }) => (passage().style.translate = `0 ${Math.max(0, clientY - from)}px`);
  const end = ({ type, clientY }) => {
    grip.removeEventListener("pointermove", move);
    passage().style.translate = "";
    if (type === "pointerup" && clientY - from > passage().offsetHeight / 4) closePassage();
  };
  grip.setPointerCapture(event.pointerId);
  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointerup", end, { once: true });
  grip.addEventListener("pointercancel", end, { once: true });
}

onPress("document", openPassage);
onPress("quoteStep", step);
onEscape(() => {
  const beside = passage().open && !document.querySelector("dialog:modal"); // the browser closes a modal one itself
  if (beside) closePassage();
  return beside;
});
narrow.addEventListener("change", () => {
  if (!passage().open) return;
  passage().close();
  unfold();
});
document.addEventListener("pointerdown", pull);
document.addEventListener("close", (event) => event.target.id === "passage" && closed(), true);
