// Copying a quote with its source, and checking it against its file. `copyText` works where the page may not use the
// clipboard by itself (any address but https and this machine); as a last resort the text is laid out to be copied by hand.
async function copyText(text, near) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelecting(text, near);
  }
}

function copyBySelecting(text, near) {
  const held = document.activeElement;
  const area = Object.assign(document.createElement("textarea"), { value: text, readOnly: true, className: "unseen" });
  near.append(area); // inside the panel: nothing outside of a modal one can be selected
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  held?.focus({ preventScroll: true });
  return done;
}

async function copyQuote(button) {
  const tools = button.closest(".foot");
  const told = tools.querySelector(".told");
  if (await copyText(button.dataset.copyQuote, tools)) return tell(told, tools.dataset.copied);
  const area = Object.assign(document.createElement("textarea"), { value: button.dataset.copyQuote, readOnly: true, rows: 8 });
  area.setAttribute("aria-label", tools.dataset.byHand);
  tell(told, tools.dataset.byHand);
  told.append(area);
  area.select();
}

async function verify(button) {
  const tools = button.closest(".foot");
  const told = tools.querySelector(".told");
  const place = panel.shown;
  tell(told, tools.dataset.verifying);
  let html = null;
  try {
    html = await server.verify(place);
  } catch {
    html = null;
  }
  if (html === null) tell(told, tools.dataset.failed);
  else told.innerHTML = html;
}

function tell(told, words) {
  const line = Object.assign(document.createElement("p"), { className: "finding", textContent: words });
  told.replaceChildren(line);
}

// A selection inside a quotation is copied as the document has it, line ends and all, not as the page lays it out.
document.addEventListener("copy", (event) => {
  const chosen = getSelection();
  const from = chosen.anchorNode instanceof Element ? chosen.anchorNode : chosen.anchorNode?.parentElement;
  const inside = from?.closest("blockquote");
  if (!inside || chosen.isCollapsed || !inside.contains(chosen.focusNode)) return;
  event.clipboardData.setData("text/plain", chosen.getRangeAt(0).cloneContents().textContent);
  event.preventDefault();
});

onPress("copyQuote", copyQuote);
onPress("verify", verify);
