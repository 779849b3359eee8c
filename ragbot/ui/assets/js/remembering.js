// The conversation on the page outlives what the server remembers of it, which a restart or an hour's rest ends. Turns
// that an answer no longer brings along stay on the page, and each question takes those before it along. When gradio has
// lost its connection, be it for a request that nobody waits for, it loads the page anew: the turns are then handed over in
// this tab's store, and taken out of it.
const HANDOVER_KEY = `ragbot.handover ${new URL(document.baseURI).pathname}`;
const MOST_DRAWN = 30;
const HANDED_TAGS = new Set(
  "article a b blockquote br button cite details div em figcaption figure h2 h3 i li mark ol p path q section span strong summary svg template ul".split(" "),
);
let drawn = []; // copies of the turns that were on the page when the last question was asked
let lost = ""; // why that question was not answered
let isCut = false; // a request found no server
const fetchPlainly = window.fetch.bind(window);
window.fetch = (...request) =>
  fetchPlainly(...request).catch((error) => {
    isCut ||= error.name !== "AbortError";
    throw error;
  });
const olderTurns = document.createElement("div"); // gradio draws over what stands in its own element
olderTurns.className = "older";
byId("conversation").prepend(olderTurns);

const numberOf = (turn) => +turn.id.replace("turn-", "");
const turnsOnPage = () => [...document.querySelectorAll("#conversation .turn")];

// Puts back the turns that the newest answer did not bring along.
function rejoin() {
  const newest = turnsOnPage().find((turn) => !olderTurns.contains(turn));
  if (!newest) return;
  const missing = drawn.filter((turn) => numberOf(turn) < numberOf(newest) && !byId(turn.id));
  olderTurns.append(...missing);
  for (let n = turnsOnPage().length; n > MOST_DRAWN && olderTurns.firstChild; n--) olderTurns.firstChild.remove();
}

function askedBefore() {
  drawn = turnsOnPage().map((turn) => turn.cloneNode(true));
  const answered = drawn.filter((turn) => turn.dataset.record && recordOf(turn).answer);
  return answered.map((turn) => [numberOf(turn), recordOf(turn).answer.question]);
}

function handOver() {
  const isLost = asked !== null || lost !== "";
  if (!isLost && !isCut) return;
  const kept = {
    question: asked ?? box.value,
    lost: isLost ? lost || "lost" : "",
    help: byId("help-bar").dataset.on !== undefined,
  };
  const all = turnsOnPage().map((turn) => turn.outerHTML);
  for (let n = all.length; n >= 0; n = n > 1 ? n >> 1 : n - 1) {
    const turns = n ? all.slice(-n) : [];
    try {
      sessionStorage.setItem(HANDOVER_KEY, JSON.stringify({ ...kept, turns }));
      return;
    } catch {
      // full, or not allowed: with fewer of them
    }
  }
}

function takeOver() {
  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(HANDOVER_KEY));
    sessionStorage.removeItem(HANDOVER_KEY);
  } catch {
    return; // no store, or not what was written
  }
  if (typeof kept?.question !== "string" || !Array.isArray(kept.turns)) return;
  olderTurns.append(...kept.turns.map(turnFrom).filter((turn) => turn !== null));
  if (kept.lost === "") box.value = kept.question; // not sent yet
  else tellLost(kept);
  if (olderTurns.firstChild) document.dispatchEvent(new CustomEvent("ragbot:remembered", { detail: { help: kept.help === true } }));
}

// Another page of this host may have written there, so only what our own turns are made of is drawn.
function turnFrom(html) {
  const { body } = new DOMParser().parseFromString(String(html), "text/html");
  const turn = body.children.length === 1 ? body.firstElementChild : null;
  return turn?.matches("article.turn[id^=turn-]") && isHarmless(turn) ? document.adoptNode(turn) : null;
}

function isHarmless(root) {
  return [root, ...root.querySelectorAll("*")].every(
    (one) =>
      HANDED_TAGS.has(one.localName) &&
      [...one.attributes].every(({ name }) => !/^(on|style$|src|action|formaction|xlink)/.test(name)) &&
      (!one.hasAttribute("href") || /^(https?|tel|sms):/i.test(one.getAttribute("href"))) &&
      (one.localName !== "template" || [...one.content.children].every(isHarmless)),
  );
}

function tellLost({ question, lost: why }) {
  if (!question) return;
  asked = question;
  const pending = byId("pending");
  pending.querySelector(".asked").textContent = question.slice(0, 2000);
  pending.hidden = false;
  failed(why === "failed" ? "failed" : "lost");
}

new MutationObserver(rejoin).observe(byId("conversation"), { childList: true, subtree: true, attributeFilter: ["id"] }); // before it is painted
window.addEventListener("pagehide", handOver);
takeOver();
