// The question box, and a question from Enter to its answer.
const form = element.querySelector("form");
const box = form.querySelector("textarea");
const send = form.querySelector(".send");
let asked = null; // the question under way
let held = ""; // what was entered meanwhile, asked as soon as that one is answered
let watching = 0;

function ask(question, { alone = false, asTyped = false } = {}) {
  if (asked !== null) return;
  if (!question.trim()) {
    box.focus();
    return;
  }
  asked = question;
  held = "";
  lost = "";
  const pending = byId("pending");
  const heading = pending.querySelector(".asked");
  heading.textContent = question.slice(0, 2000);
  heading.removeAttribute("tabindex");
  setLine(pending, "searching");
  pending.hidden = false;
  reachable(heading);
  byId("welcome").hidden = true;
  box.value = "";
  send.setAttribute("aria-disabled", "true");
  say(pending.querySelector(".searching-line").dataset.searching);
  bring(pending);
  clearInterval(watching);
  watching = setInterval(checkConnection, 4000);
  trigger("ask", { question, alone, asTyped, scope: searchedScope(), shown: askedBefore() });
}

function answered() {
  const turns = document.querySelectorAll("#conversation .turn");
  const turn = turns[turns.length - 1];
  if (!turn) return;
  document.querySelectorAll("#conversation .asked").forEach(reachable);
  if (turn.hasAttribute("data-failed")) giveBack();
  settle();
  byId("pending").hidden = true;
  byId("welcome").hidden = false;
  const words = turn.querySelector("[data-say]");
  if (words) say(words, { urgent: turn.querySelector(".emergency") !== null });
  bring(turn);
  document.dispatchEvent(new CustomEvent("ragbot:shown", { detail: turn }));
  if (held && held === box.value && !turn.querySelector(".emergency")) ask(held); // help is not scrolled away
}

function failed(why) {
  if (asked === null) return;
  const pending = byId("pending");
  setLine(pending, why);
  say(pending.dataset[why], { urgent: true });
  giveBack();
  lost = why;
  settle();
}

// Into the box, unless something new was written there meanwhile: that is nowhere else.
function giveBack() {
  if (!box.value.trim()) box.value = asked ?? "";
}

function enter() {
  held = asked === null ? "" : box.value;
  ask(box.value);
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

onPress("ask", ({ dataset }) =>
  ask(dataset.ask, { alone: dataset.alone !== undefined, asTyped: dataset.asTyped !== undefined }),
);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  enter();
});
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  enter();
});
document.addEventListener("ragbot:answered", answered);
document.addEventListener("ragbot:failed", () => failed("failed"));
new ResizeObserver(() => {
  document.documentElement.style.setProperty("--dock-height", `${element.offsetHeight}px`);
}).observe(element);
