// Words that a glossary explains: the meaning shows on hover and focus; a tap, Enter or Space keeps it open.
const LEAVE_MS = 250; // time to move the pointer from the word to its meaning
let explained = null; // the word whose meaning is open
let isKept = false;
let leaving = 0;

const meaningOf = (term) => byId(term.dataset.meaning);

function explain(term, keep) {
  clearTimeout(leaving);
  if (explained !== term) unexplain();
  explained = term;
  isKept ||= keep;
  term.classList.add("open");
  const card = meaningOf(term);
  card.hidden = false;
  beside(card, term);
}

function unexplain() {
  clearTimeout(leaving);
  if (explained?.isConnected) {
    explained.classList.remove("open");
    meaningOf(explained).hidden = true;
  }
  explained = null;
  isKept = false;
}

// Under the word's first line, or over it where the box would cover the meaning; never outside of the answer's card.
function beside(card, term) {
  const around = card.offsetParent.getBoundingClientRect();
  const word = term.getClientRects()[0];
  const room = document.querySelector("#dock").getBoundingClientRect().top - word.bottom;
  const above = room < card.offsetHeight + 12 && word.top > card.offsetHeight + 12;
  const left = Math.min(word.left - around.left, around.width - card.offsetWidth - 12);
  card.style.left = `${Math.max(12, left)}px`;
  card.style.top = `${(above ? word.top - card.offsetHeight - 6 : word.bottom + 6) - around.top}px`;
}

function isInside(node) {
  return Boolean(explained && node && (explained.contains(node) || meaningOf(explained)?.contains(node)));
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse") return;
  const term = event.target.closest?.(".term");
  if (term) explain(term, false);
  else if (isInside(event.target)) clearTimeout(leaving);
});
document.addEventListener("pointerout", (event) => {
  if (event.pointerType !== "mouse" || isKept || !isInside(event.target) || isInside(event.relatedTarget)) return;
  clearTimeout(leaving);
  leaving = setTimeout(() => isInside(document.activeElement) || unexplain(), LEAVE_MS);
});
document.addEventListener("focusin", (event) => {
  if (event.target.matches?.(".term")) explain(event.target, false);
});
document.addEventListener("focusout", (event) => {
  if (isInside(event.target) && !isKept && !isInside(event.relatedTarget)) unexplain();
});
document.addEventListener("click", (event) => {
  const term = event.target.closest?.(".term");
  if (term && term === explained && isKept) unexplain();
  else if (term) explain(term, true);
  else if (!isInside(event.target)) unexplain();
});
document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.(".term") || (event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  explain(event.target, true);
  meaningOf(event.target).querySelector("button").focus();
});
onEscape(() => {
  const term = explained;
  if (!term || byId("passage").contains(document.activeElement)) return false; // that is in front of it
  const back = meaningOf(term)?.contains(document.activeElement);
  unexplain();
  if (back) term.focus();
  if (back) unexplain(); // focus alone would open it again
  return true;
});
document.addEventListener("ragbot:shown", unexplain);
