// Whether an answer was right. Nothing goes to the server before a person has read what would be saved and pressed for it.
const reportChoices = new WeakMap(); // the open reports, each with what it would save
const reportedTurns = new Set();
let savingReport = null;
let pickingFor = null;
let choicesAsked = 0;

const reportParts = () => byId("report-parts").dataset;

function showForm(section, template) {
  const form = section.querySelector(".report-form");
  section.querySelector(".report-ask").hidden = true;
  form.replaceChildren(byId(template).content.cloneNode(true));
  form.hidden = false;
  return form;
}

function showWhat(section, choice, verdict, gold) {
  reportChoices.set(section, choice);
  const form = showForm(section, "report-what");
  form.querySelector(".report-question").textContent = section.dataset.question;
  form.querySelector(".report-verdict").textContent = verdict;
  form.querySelector(".report-gold").textContent = gold;
  form.querySelector(".report-gold").hidden = !gold;
  form.focus();
}

function cancelReport(section) {
  section.querySelector(".report-form").hidden = true;
  section.querySelector(".report-ask").hidden = false;
  section.querySelector(".thumb").focus();
}

function tellReport(section, line, ok) {
  if (ok) {
    const thanks = document.createElement("p");
    thanks.className = "report";
    thanks.tabIndex = -1;
    thanks.textContent = line;
    section.replaceWith(thanks);
    thanks.focus();
  } else {
    const told = document.createElement("p");
    told.className = "report-told";
    told.textContent = line;
    section.querySelector(".report-told")?.remove();
    section.querySelector(".report-form").append(told);
  }
  say(line, { urgent: !ok });
}

function reportDone(line, ok) {
  if (!savingReport) return;
  const section = savingReport;
  savingReport = null;
  if (ok) reportedTurns.add(section.dataset.turn);
  tellReport(section, line, ok);
}

async function openPicker(section) {
  pickingFor = section;
  const dialog = byId("picker");
  const list = byId("picker-document");
  dialog.querySelector(".picker-bar p").textContent = "";
  byId("picker-body").textContent = reportParts().loading;
  openDialog("picker");
  try {
    const documents = await server.list_documents({});
    list.replaceChildren(...documents.map(([name, title]) => new Option(title, name)));
    list.value = section.dataset.first;
    if (list.selectedIndex < 0) list.selectedIndex = 0;
    await showChoices();
  } catch {
    byId("picker-body").textContent = reportParts().failed;
  }
}

async function showChoices() {
  const number = ++choicesAsked;
  const { first, start, end } = pickingFor.dataset;
  const name = byId("picker-document").value;
  const near = name === first ? { start: +start, end: +end } : {};
  const html = await server.show_choices({ document: name, ...near });
  if (number !== choicesAsked) return; // another document was wanted meanwhile
  byId("picker-body").innerHTML = html;
  const place = byId("picker-body").querySelector("[data-near]");
  if (place) place.scrollIntoView({ block: "center" });
  else byId("picker-body").scrollTop = 0;
}

function takeChoice() {
  const chosen = byId("picker-body").querySelector("input:checked");
  if (!chosen) {
    byId("picker").querySelector(".picker-bar p").textContent = reportParts().chooseFirst;
    return;
  }
  const { document: name, sha256 } = chosen.closest(".document").dataset;
  const choice = { right: false, document: name, start: +chosen.dataset.start, end: +chosen.dataset.end, sha256 };
  const text = chosen.closest("label").textContent;
  byId("picker").close();
  showWhat(pickingFor, choice, reportParts().picked, text);
}

onPress("reportRight", (button) => {
  const section = button.closest(".report");
  const verdict = section.dataset.shown ? reportParts().rightQuote : reportParts().rightRefusal;
  showWhat(section, { right: true }, verdict, section.dataset.shown);
});
onPress("reportWrong", (button) => showForm(button.closest(".report"), "report-wrong").querySelector("button").focus());
onPress("reportAbsent", (button) => showWhat(button.closest(".report"), { right: false }, reportParts().absent, ""));
onPress("reportPick", (button) => openPicker(button.closest(".report")));
onPress("reportCancel", (button) => cancelReport(button.closest(".report")));
onPress("reportSave", (button) => {
  if (savingReport) return;
  savingReport = button.closest(".report");
  trigger("report", { turn: +savingReport.dataset.turn, ...reportChoices.get(savingReport) });
});
onPress("pickerTake", takeChoice);
document.addEventListener("change", ({ target }) => target.id === "picker-document" && showChoices());
document.addEventListener("submit", (event) => event.target.id === "picker-body" && event.preventDefault());
document.addEventListener("ragbot:reported", () => {
  const told = document.querySelector("#reported p");
  reportDone(told.textContent, told.dataset.ok !== undefined);
});
document.addEventListener("ragbot:report-failed", () => reportDone(reportParts().failed, false));
document.addEventListener("ragbot:shown", () => {
  for (const section of document.querySelectorAll("section.report")) {
    if (reportedTurns.has(section.dataset.turn)) section.remove(); // the server drew them all anew
  }
});
