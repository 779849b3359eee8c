// What was asked before, kept in this browser alone: newest first, bounded, put away with one press, never sent anywhere
// unless it is asked again. What is read back is checked and shown as text, since anything may stand in a browser's store.
const HISTORY_KEY = `ragbot.history ${new URL(document.baseURI).pathname}`; // several pages may share a host
const HISTORY_OFF_KEY = `ragbot.history.off ${new URL(document.baseURI).pathname}`;
const MOST_ENTRIES = 100;
const MOST_CHARS = 1_500_000; // browsers give about 5 million
const KEPT_OUTCOMES = ["answered", "no_answer", "personal_dose"]; // never a message of someone in danger
let historyTold = ""; // what went wrong last, under its name in the dialog's data

function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // the browser allows no store at all
  }
}

function store(key, text) {
  try {
    localStorage.setItem(key, text);
    return true;
  } catch {
    return false; // full, or not allowed
  }
}

function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // no store: there is nothing to forget
  }
}

function earlier() {
  try {
    const entries = JSON.parse(stored(HISTORY_KEY) ?? "[]");
    return Array.isArray(entries) ? entries.filter(isEntry) : [];
  } catch {
    return []; // not what was written; the next question begins anew
  }
}

function isEntry(entry) {
  const answer = entry?.record?.answer;
  const listed = [answer?.quotes, answer?.nearest, entry?.record?.sources].every(Array.isArray);
  const quotes = listed ? [...answer.quotes, ...answer.nearest] : [];
  return (
    listed &&
    [entry?.id, entry?.at, entry?.record?.markdown, answer?.question].every((text) => typeof text === "string") &&
    quotes.every((quote) => typeof quote?.text === "string" && typeof quote.document === "string")
  );
}

function keepEntries(entries) {
  let kept = entries.slice(0, MOST_ENTRIES);
  while (kept.length > 1 && JSON.stringify(kept).length > MOST_CHARS) kept.pop();
  historyTold = "";
  while (!store(HISTORY_KEY, JSON.stringify(kept))) {
    historyTold = kept.length > 1 ? "full" : "refused";
    if (kept.length <= 1) return;
    kept = kept.slice(0, Math.floor(kept.length / 2));
  }
}

function keepTurn(turn) {
  const record = turn.dataset.record ? recordOf(turn) : {};
  if (stored(HISTORY_OFF_KEY) || !KEPT_OUTCOMES.includes(record.answer?.outcome)) return;
  keepEntries([{ id: crypto.getRandomValues(new Uint32Array(2)).join("-"), at: new Date().toISOString(), record }, ...earlier()]);
}

function make(tag, css, text = "") {
  const made = document.createElement(tag);
  if (css) made.className = css;
  made.textContent = text.replace(/(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}]/gu, ""); // hidden characters may turn text around
  if (text) made.dir = "auto";
  return made;
}

function pressable(name, text, values = {}) {
  const button = make("button", "link", text);
  button.type = "button";
  Object.assign(button.dataset, { [name]: "", ...values });
  return button;
}

function placeInWords(quote) {
  const values = { ...quote, sha256: quote.sha256 ?? "" };
  return byId("history").dataset.place.replace(/{(\w+)}/g, (_, name) => values[name] ?? "");
}

function drawQuote(quote, source) {
  const figure = make("figure", "kept-quote");
  const caption = make("figcaption", "", source ?? "");
  const { document: name, start, end, sha256 } = quote;
  const show = pressable("historyShow", byId("history").dataset.show, { place: JSON.stringify({ name, start, end, sha256 }) });
  caption.append(" ", show);
  figure.append(make("blockquote", "", quote.text), caption, make("p", "paper", placeInWords(quote)));
  return figure;
}

function drawBody({ answer, sources }) {
  const told = byId("history").dataset;
  const parts = [];
  if (answer.understood) parts.push(make("p", "bridge", `${told.understood}: ${answer.understood}`));
  if (answer.message) parts.push(make("p", "kept-message", answer.message.replaceAll("**", "")));
  answer.quotes.forEach((quote, i) => {
    if (quote.group === "side-a") parts.push(make("p", "kept-differ", told.differ));
    if (quote.lead_in && quote.lead_in !== answer.quotes[i - 1]?.lead_in) parts.push(make("p", "lead-in", quote.lead_in));
    parts.push(drawQuote(quote, sources[i]));
  });
  const nearest = sources.length > answer.quotes.length ? answer.nearest : [];
  if (nearest.length) parts.push(make("p", "bridge", told.nearest));
  nearest.forEach((quote, i) => sources[answer.quotes.length + i] && parts.push(drawQuote(quote, sources[answer.quotes.length + i])));
  if (answer.index) parts.push(make("p", "paper", told.index.replace("{fingerprint}", answer.index)));
  if (answer.footer) parts.push(make("p", "kept-message", answer.footer.replaceAll("**", "")));
  return parts;
}

function drawEntry({ id, at, record }) {
  const told = byId("history").dataset;
  const item = make("li", "entry");
  const details = make("details", "");
  const summary = make("summary", "");
  const when = new Date(at);
  summary.append(make("span", "entry-question", record.answer.question), make("time", "", isNaN(when) ? "" : dateInWords(when)));
  const row = make("div", "entry-row");
  row.append(pressable("historyAgain", told.again, { id }), pressable("historyForget", told.forget, { id }));
  details.append(summary, ...drawBody(record), row);
  item.append(details);
  return item;
}

function drawHistory() {
  const dialog = byId("history");
  const entries = earlier();
  const off = Boolean(stored(HISTORY_OFF_KEY));
  byId("history-switch").checked = !off;
  dialog.querySelector(".history-off").hidden = !off;
  dialog.querySelector(".history-list").replaceChildren(...entries.map(drawEntry));
  dialog.querySelector(".history-told").textContent =
    dialog.dataset[historyTold] ?? (entries.length ? "" : dialog.dataset.empty);
  for (const button of dialog.querySelectorAll(".history-bar button")) button.hidden = !entries.length;
  offerHistory();
}

function offerHistory() {
  for (const button of document.querySelectorAll(".history-open")) button.hidden = !earlier().length;
}

onPress("history", () => {
  drawHistory();
  openDialog("history");
  byId("history-name").focus();
});
onPress("historyAgain", ({ dataset: { id } }) => {
  const entry = earlier().find((one) => one.id === id);
  byId("history").close();
  if (entry) ask(entry.record.answer.understood ?? entry.record.answer.question, true);
});
onPress("historyForget", ({ dataset: { id } }) => {
  keepEntries(earlier().filter((one) => one.id !== id));
  drawHistory();
  byId("history-name").focus();
});
onPress("historyClear", () => {
  keepEntries([]);
  historyTold = "cleared";
  drawHistory();
  byId("history-name").focus();
});
onPress("historyMarkdown", () => {
  historyTold = "";
  const told = saveFile("md", "text/markdown", markdownOf(earlier().map((entry) => entry.record)));
  byId("history").querySelector(".history-told").textContent = told;
});
onPress("historyShow", (button) => {
  const { name, start, end, sha256 } = JSON.parse(button.dataset.place);
  byId("history").close();
  const place = make("button", "");
  Object.assign(place.dataset, { document: name, start, end, sha256 });
  openPassage(place);
});
document.addEventListener("change", ({ target }) => {
  if (target.id !== "history-switch") return;
  if (target.checked) forget(HISTORY_OFF_KEY);
  else store(HISTORY_OFF_KEY, "1");
  drawHistory();
});
document.addEventListener("ragbot:shown", ({ detail }) => {
  keepTurn(detail);
  offerHistory();
});
new MutationObserver(offerHistory).observe(byId("welcome") ?? document.body, { childList: true, subtree: true }); // the header may be drawn later
window.addEventListener("storage", () => byId("history")?.open && drawHistory());
offerHistory();
