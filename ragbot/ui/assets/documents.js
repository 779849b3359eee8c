// Behaviour of the documents page. Every word comes from the server or the HTML; a file's words are only ever set as
// text, or arrive inside HTML in which the server has escaped them.
const byId = (id) => document.getElementById(id);
const notice = byId("notice");
const words = notice.dataset;
const panel = byId("passage");
const narrow = matchMedia("(max-width: 999px)");
const shown = { find: "", page: 0 };
let opener = null; // the button that opened the panel
let told = ""; // the stage that was said last
let typing = 0;
let refreshed = 0;

async function call(path, { key, body, headers } = {}) {
  const options = { cache: "no-store" };
  if (key !== undefined) Object.assign(options, { method: "POST", body: JSON.stringify({ key }) });
  if (body !== undefined) Object.assign(options, { method: "POST", body, headers });
  let response;
  try {
    response = await fetch(`documents/${path}`, options);
  } catch {
    throw new Error(words.lost);
  }
  if (response.status === 401) location.reload();
  const values = await response.json().catch(() => ({ error: words.lost }));
  if (!response.ok) throw new Error(values.error);
  return values;
}

function tell(text, { bad = false, undo } = {}) {
  notice.replaceChildren(Object.assign(document.createElement("span"), { textContent: text }));
  notice.classList.toggle("bad", bad);
  if (undo) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: words.undo });
    button.className = "quiet";
    button.dataset.putBack = undo;
    notice.append(button);
  }
}

const fill = (text, name) => text.replace("{name}", () => name);
const attempt = (work) => work().catch((error) => tell(error.message, { bad: true }));

async function refresh() {
  const number = ++refreshed;
  const parts = await call(`parts?${new URLSearchParams(shown)}`);
  if (number !== refreshed) return; // a later one tells more
  for (const [name, html] of Object.entries(parts)) byId(`part-${name}`).innerHTML = html;
}

// Rebuild
async function watch() {
  const stage = byId("stage");
  const button = byId("rebuild");
  const now = await call("progress");
  button.toggleAttribute("disabled", now.running);
  stage.hidden = !now.running;
  if (!now.running) return now.text;
  const bar = stage.querySelector("progress");
  stage.querySelector("span").textContent = now.text;
  if (now.total) Object.assign(bar, { max: now.total, value: Math.min(now.done, now.total) });
  else bar.removeAttribute("value");
  if (now.stage !== told) byId("say").textContent = told = now.stage; // each stage once, not each count
  await new Promise((resolve) => setTimeout(resolve, 700));
  return watch();
}

async function rebuild() {
  byId("rebuild").disabled = true;
  told = "";
  try {
    await call("rebuild", { body: "" });
  } finally {
    await follow();
  }
}

async function follow() {
  const text = await watch();
  await refresh();
  tell(text);
}

// Upload
async function uploadAll(files) {
  for (const file of files) await upload(file);
  byId("files").value = "";
  await refresh();
}

async function upload(file) {
  const line = document.createElement("li");
  line.dir = "auto";
  line.textContent = fill(words.uploading, file.name);
  byId("uploads").append(line);
  try {
    if (file.size > +words.most) throw new Error(words.large);
    const { name, exists } = await call("name", { key: encodeURIComponent(file.name) }); // before the bytes are sent
    if (exists && !(await mayReplace(name))) return line.remove();
    const headers = { "x-file-name": encodeURIComponent(file.name), "x-replace": exists ? "yes" : "no" };
    const done = await call("upload", { body: file, headers });
    line.textContent = fill(done.ignored ? words.ignored : words.added, done.name);
  } catch (error) {
    line.textContent = error.message.startsWith(file.name) ? error.message : `${file.name}: ${error.message}`;
    line.className = "bad";
  }
}

function mayReplace(name) {
  const question = byId("replace");
  byId("replace-line").textContent = fill(words.replace, name);
  question.returnValue = "keep";
  question.showModal();
  return new Promise((resolve) =>
    question.addEventListener("close", () => resolve(question.returnValue === "replace"), { once: true }),
  );
}

// One document
async function preview(button) {
  const [title, facts, notes, text] = ["h2", ".facts", ".notes", "pre"].map((part) => panel.querySelector(part));
  opener = button;
  title.textContent = words.loading;
  facts.textContent = text.textContent = "";
  notes.replaceChildren();
  if (!panel.open) narrow.matches ? panel.showModal() : panel.show();
  document.body.classList.toggle("reading", !narrow.matches);
  try {
    const found = await call("preview", { key: button.dataset.preview });
    title.textContent = found.title;
    facts.textContent = found.facts;
    text.textContent = found.text;
    notes.append(...found.notes.map((note) => Object.assign(document.createElement("li"), { textContent: note })));
  } catch (error) {
    title.textContent = button.ariaLabel;
    facts.textContent = error.message;
  }
  panel.querySelector(".panel-body").scrollTop = 0;
  title.focus({ preventScroll: true });
}

async function retire(name) {
  const done = await call("retire", { key: name });
  await refresh();
  tell(fill(words.retired, done.name), { undo: done.key });
  notice.querySelector("button").focus({ preventScroll: true }); // the button that was pressed is gone
}

async function putBack(key) {
  const done = await call("put-back", { key });
  await refresh();
  tell(fill(words.back, done.name));
  byId("find").focus({ preventScroll: true });
}

function closed() {
  document.body.classList.remove("reading");
  if (opener?.isConnected) opener.focus({ preventScroll: true });
  opener = null;
}

document.addEventListener("click", (event) => {
  if (event.target === panel) panel.close(); // the backdrop
  const button = event.target.closest("button");
  if (!button) return;
  const { preview: previewed, retire: retired, putBack: key, page, close } = button.dataset;
  if (button.id === "rebuild") attempt(rebuild);
  if (previewed !== undefined) attempt(() => preview(button));
  if (retired !== undefined) attempt(() => retire(retired));
  if (key !== undefined) attempt(() => putBack(key));
  if (close !== undefined) panel.close();
  if (page !== undefined) attempt(() => ((shown.page = +page), refresh()));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel.open && !panel.matches(":modal")) panel.close();
});
panel.addEventListener("close", closed);
byId("find").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    Object.assign(shown, { find: byId("find").value, page: 0 });
    attempt(refresh);
  }, 250);
});
byId("files").addEventListener("change", () => attempt(() => uploadAll([...byId("files").files])));
const drop = byId("drop");
for (const name of ["dragover", "dragleave", "drop"])
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
    if (name === "drop") attempt(() => uploadAll([...event.dataTransfer.files]));
  });
attempt(async () => {
  if ((await call("progress")).running) await follow(); // somebody began a rebuild before this page was opened
});
