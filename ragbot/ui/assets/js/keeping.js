// Exports, made here of the records that the turns on the page carry: nothing is sent for them and nothing is stored.
// `recordOf(turn)`, `markdownOf(records)` and `saveFile(…)` serve the history too.
const keepBar = () => document.querySelector("#keep .keep");

function recordOf(turn) {
  return JSON.parse(turn.dataset.record);
}

function recordsOnPage() {
  return [...document.querySelectorAll("#conversation .turn[data-record]")].map(recordOf);
}

function dateInWords(date) {
  const { lang } = document.documentElement;
  const form = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, { day: "numeric", month: "long", year: "numeric" });
  return form.format(date);
}

function markdownOf(records) {
  const heading = keepBar().dataset.heading.replaceAll("{saved}", dateInWords(new Date()));
  return [heading, ...records.map((record) => record.markdown)].join("\n\n") + "\n";
}

function saveFile(ending, type, text) {
  const now = new Date();
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  const link = document.createElement("a");
  link.download = `${keepBar().dataset.file}-${day}.${ending}`;
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // the download may still be reading it
  return keepBar().dataset.done.replace("{name}", link.download);
}

// On paper nothing can be unfolded, and the date belongs there.
let unfolded = [];
let laidFlat = false; // a modal dialog lies over the page; on paper the history takes its place
window.addEventListener("beforeprint", () => {
  laidFlat = byId("history").matches(":modal");
  if (laidFlat) {
    byId("history").close();
    byId("history").show();
  }
  for (const line of document.querySelectorAll(".saved-on")) {
    line.textContent = line.dataset.saved.replace("{date}", dateInWords(new Date()));
  }
  unfolded = [...document.querySelectorAll("#conversation details:not([open]), #history details:not([open])")];
  for (const details of unfolded) details.open = true;
});
window.addEventListener("afterprint", () => {
  for (const details of unfolded) details.open = false;
  unfolded = [];
  if (!laidFlat) return;
  byId("history").close();
  byId("history").showModal();
});

onPress("saveMarkdown", () => say(saveFile("md", "text/markdown", markdownOf(recordsOnPage()))));
onPress("saveData", () => {
  const answers = recordsOnPage().filter((record) => record.answer).map((record) => JSON.stringify(record.answer));
  say(saveFile("jsonl", "application/jsonl", answers.map((line) => `${line}\n`).join("")));
});
onPress("print", () => window.print());
for (const shown of ["ragbot:shown", "ragbot:remembered"]) document.addEventListener(shown, () => (keepBar().hidden = false));
