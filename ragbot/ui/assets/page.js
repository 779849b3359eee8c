// Behaviour of the chat page. Runs once, when gradio has drawn the dock: `element` is the dock, `trigger` sends an
// event to the server, `server` calls it directly. All words come from the HTML; nothing is built from text but text.
const form = element.querySelector("form");
const box = form.querySelector("textarea");
const send = form.querySelector(".send");
const byId = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 999px)");
let asked = null; // the question under way
let watching = 0;
let opener = null; // the button that opened the panel

function ask(question, alone) {
  if (asked !== null) return;
  if (!question.trim()) {
    box.focus();
    return;
  }
  asked = question;
  const pending = byId("pending");
  pending.querySelector(".asked").textContent = question.slice(0, 2000);
  setLine(pending, "searching");
  pending.hidden = false;
  byId("welcome").hidden = true;
  box.value = "";
  send.setAttribute("aria-disabled", "true");
  say("say", pending.querySelector(".searching-line").dataset.searching);
  bring(pending);
  clearInterval(watching);
  watching = setInterval(checkConnection, 4000);
  trigger("ask", { question, alone });
}

function answered() {
  const turns = document.querySelectorAll("#conversation .turn");
  const turn = turns[turns.length - 1];
  if (!turn) return;
  if (turn.hasAttribute("data-failed")) box.value = asked ?? "";
  settle();
  byId("pending").hidden = true;
  byId("welcome").hidden = false;
  const words = turn.querySelector("[data-say]");
  if (words) say(turn.querySelector(".emergency") ? "alert" : "say", words.innerText);
  bring(turn);
}

function failed(why) {
  if (asked === null) return;
  const pending = byId("pending");
  setLine(pending, why);
  say("alert", pending.dataset[why]);
  box.value = asked;
  settle();
}

function settle() {
  asked = null;
  clearInterval(watching);
  send.removeAttribute("aria-disabled");
}

function setLine(pending, state) {
  const line = pending.querySelector(".searching-line");
  pending.classList.toggle("stopped", state !== "searching");
  line.textContent = state === "searching" ? line.dataset.searching : pending.dataset[state];
}

function checkConnection() {
  fetch(document.baseURI, { method: "HEAD", cache: "no-store" }).catch(() => failed("lost"));
}

function say(region, words) {
  byId("say").textContent = "";
  byId("alert").textContent = "";
  setTimeout(() => (byId(region).textContent = words), 50); // a change in a later task is read out, one in this is not
}

function bring(target) {
  target.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
}

async function openPassage(button) {
  const panel = byId("passage");
  const body = panel.querySelector(".panel-body");
  opener = button;
  body.textContent = panel.dataset.loading;
  if (!panel.open) narrow.matches ? panel.showModal() : panel.show();
  document.body.classList.toggle("reading", !narrow.matches);
  const { document: name, start, end, sha256 = "" } = button.dataset;
  try {
    body.innerHTML = await server.show_document({ document: name, start: +start, end: +end, sha256 });
  } catch {
    body.textContent = panel.dataset.failed;
  }
  toQuote();
  (body.querySelector("#passage-title") ?? body).focus({ preventScroll: true });
}

function toQuote() {
  const body = byId("passage").querySelector(".panel-body");
  const quote = body.querySelector("mark");
  byId("passage").querySelector("[data-to-quote]").hidden = !quote;
  if (!quote) return;
  const offset = quote.getBoundingClientRect().top - body.getBoundingClientRect().top;
  body.scrollTop += offset - body.clientHeight / 4;
}

function closePassage() {
  byId("passage").close();
}

function closed() {
  document.body.classList.remove("reading");
  if (opener?.isConnected) opener.focus({ preventScroll: narrow.matches });
  opener = null;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(box.value, false);
});
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  ask(box.value, false);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (event.target.id === "passage") closePassage(); // the backdrop
  if (!button) return;
  if (button.dataset.ask !== undefined) ask(button.dataset.ask, button.dataset.alone !== undefined);
  if (button.dataset.document !== undefined) openPassage(button);
  if (button.dataset.close !== undefined) closePassage();
  if (button.dataset.toQuote !== undefined) toQuote();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const tip = document.activeElement?.closest(".match");
  if (tip) tip.classList.add("dismissed");
  else if (byId("passage").open && !byId("passage").matches(":modal")) closePassage();
});
document.addEventListener("focusout", (event) => event.target.closest?.(".match")?.classList.remove("dismissed"));
document.addEventListener("close", (event) => event.target.id === "passage" && closed(), true);
document.addEventListener("ragbot:answered", answered);
document.addEventListener("ragbot:failed", () => failed("failed"));
new ResizeObserver(() => {
  document.documentElement.style.setProperty("--dock-height", `${element.offsetHeight}px`);
}).observe(element);
