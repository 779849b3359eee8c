// After an emergency its numbers stay in sight: while those of the help text itself are scrolled away, in a bar at the
// top. It stays until it is put away on purpose; another emergency brings it back. What lies outside of a modal dialog can
// be neither seen nor pressed, so it goes along into the newest one that is open.
const helpHome = byId("help-bar").parentElement;
let modals = []; // the modal dialogs that are open, newest last
let helpText = null; // the turn with the newest help text

function showHelp(isWanted) {
  const bar = byId("help-bar");
  bar.hidden = !isWanted;
  document.documentElement.style.setProperty("--help-height", `${bar.offsetHeight}px`);
}

// Looked at with every scroll: an IntersectionObserver of Chromium may miss that the numbers came into sight while the page
// was scrolling to them. What a modal dialog covers is out of sight.
function watchHelp() {
  const numbers = helpText?.querySelector(".emergency .message a");
  if (!numbers || byId("help-bar").dataset.on === undefined) return;
  const { top, bottom } = numbers.getBoundingClientRect();
  const isInSight = bottom > 0 && top < innerHeight - byId("dock").offsetHeight && !modals.length;
  if (byId("help-bar").hidden !== isInSight) showHelp(!isInSight);
}

function offerHelp(turn) {
  const bar = byId("help-bar");
  const source = turn.querySelector("template.help-source");
  if (source) bar.querySelector(".help-calls").replaceChildren(source.content.cloneNode(true));
  const isOn = source !== null || bar.dataset.on !== undefined;
  if (!isOn) return;
  bar.dataset.on = "";
  const texts = document.querySelectorAll("#conversation .turn:has(.emergency)");
  helpText = texts.length ? texts[texts.length - 1] : null;
  if (helpText) watchHelp();
  else showHelp(true); // the help text is so long ago that the page no longer holds it
  bar.querySelector("[data-show-help]").hidden = !texts.length;
}

document.addEventListener("ragbot:shown", ({ detail: turn }) => offerHelp(turn));
document.addEventListener("ragbot:remembered", ({ detail: { help } }) => {
  const texts = document.querySelectorAll("#conversation .turn:has(template.help-source)");
  if (help && texts.length) offerHelp(texts[texts.length - 1]);
});
function placeHelp(changes) {
  const changed = changes.map(({ target }) => target).filter((target) => target.matches("dialog:modal"));
  modals = [...new Set([...modals, ...changed])].filter((dialog) => dialog.matches(":modal"));
  const place = modals.at(-1) ?? helpHome;
  const bar = byId("help-bar");
  if (bar.parentElement === place) return;
  place.prepend(bar);
  watchHelp();
  if (!bar.hidden) showHelp(true); // it may be higher there
}

addEventListener("scroll", watchHelp, { passive: true });
addEventListener("resize", watchHelp);
new ResizeObserver(watchHelp).observe(byId("conversation"));
new ResizeObserver(watchHelp).observe(byId("dock"));
new MutationObserver(placeHelp).observe(document.body, { subtree: true, attributeFilter: ["open"] });
onPress("showHelp", async () => {
  // A dialog that closed gives the focus back to what opened it, and that would scroll the help away again.
  const closed = modals.map((dialog) => new Promise((done) => dialog.addEventListener("close", done, { once: true })));
  modals.forEach((dialog) => dialog.close());
  await Promise.all(closed);
  bring(helpText);
  helpText.querySelector(".emergency .message a")?.focus({ preventScroll: true });
});
onPress("hideHelp", () => {
  delete byId("help-bar").dataset.on;
  showHelp(false);
  box.focus();
});
