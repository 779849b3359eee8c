// What all pieces of the page's behaviour share. All words come from the HTML; nothing is built from text but text.
// A piece takes part through
//   onPress(name, act)   act(button) runs when a <button data-NAME> is pressed, whenever it was drawn
//   data-open="ID"        a button that opens the dialog ID; data-close closes the one around it
//   onEscape(act)        act() runs on Escape and returns true if it had something to put away; last added is asked first
//   say(words, …)        tells a screen reader
//   "ragbot:opened"      event on document, once a dialog is open; event.detail is the dialog
//   "ragbot:shown"       event on document, once a turn is on the page; event.detail is its element
//   "ragbot:remembered"  event on document, once turns from before the page was loaded anew are on it
const byId = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 999px)");
// Gradio marks the page with the language of the browser; it is in the language of its words.
const language = element.querySelector("form").dataset.language;
function markLanguage() {
  if (document.documentElement.lang !== language) document.documentElement.lang = language;
}
markLanguage();
new MutationObserver(markLanguage).observe(document.documentElement, { attributeFilter: ["lang"] });

const presses = new Map();
const escapes = [];

function onPress(name, act) {
  presses.set(name, act);
}

function onEscape(act) {
  escapes.unshift(act);
}

function openDialog(id) {
  const dialog = byId(id);
  dialog.showModal();
  document.dispatchEvent(new CustomEvent("ragbot:opened", { detail: dialog }));
}

// `urgent` interrupts what is being read. Of an element its text is said, in its own language.
function say(words, { urgent = false } = {}) {
  const region = byId(urgent ? "alert" : "say");
  const text = words instanceof Element ? words.innerText : words;
  region.lang = (words instanceof Element ? words.closest("[lang]") : document.documentElement).lang;
  byId("say").textContent = "";
  byId("alert").textContent = "";
  setTimeout(() => (region.textContent = text), 50); // a change in a later task is read out, one in this is not
}

// A long question scrolls within its own frame: it can then be reached and read with the keyboard.
function reachable(heading) {
  if (heading.scrollHeight > heading.clientHeight && !heading.hasAttribute("tabindex")) heading.tabIndex = 0;
}

function bring(target) {
  target.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
}

onPress("open", (button) => openDialog(button.dataset.open));
onPress("close", (button) => button.closest("dialog").close());
document.addEventListener("click", (event) => {
  if (event.target instanceof HTMLDialogElement) event.target.close(); // the backdrop
  const button = event.target.closest("button");
  if (button) for (const name of Object.keys(button.dataset)) presses.get(name)?.(button);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  if (escapes.some((act) => act())) event.preventDefault(); // one thing at a time: the browser would close a sheet too
});
