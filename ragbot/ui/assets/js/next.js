// Questions to ask next arrive after their answer. Those of an answer that is the last no more are not shown.
document.addEventListener("ragbot:next", () => {
  const next = document.querySelector("#next .next");
  const turns = document.querySelectorAll("#conversation .turn");
  if (next) next.hidden = turns[turns.length - 1]?.id !== `turn-${next.dataset.turn}`;
});
